// SPDX-License-Identifier: Apache-2.0

// A PostgreSQL client as Go programs write it, the peer of weir's own:
//
//	PGHOST=127.0.0.1 PGPASSWORD=... go-pgx reads|events OPERATIONS
//
// It prints the operations a second. Reads are of one row by its key, of 64 goroutines over 32
// connections. Events are three statements each, committed in batches of 64 by two goroutines with
// a connection each; a batch is one round trip. All statements are prepared when a connection is
// opened, which is not measured.
package main

import (
	"context"
	"fmt"
	"log"
	"math/rand"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

const (
	keys            = 10000
	bodyBytes       = 120
	readers         = 64
	readConnections = 32
	committers      = 2
	batchEvents     = 64
	idsOfACommitter = 1000000000
)

// Statements by their names; the tables are the suite's.
var (
	readStatements = map[string]string{
		"find": "select id, body from items where id = $1",
	}
	eventStatements = map[string]string{
		"begin": "begin",
		"inbox": "insert into inbox(event_id) values ($1) on conflict do nothing",
		"state": "insert into states(key, version, body) values ($1, 1, $2) " +
			"on conflict (key) do update set version = states.version + 1, body = excluded.body",
		"outbox": "insert into outbox(event_id, body) values ($1, $2)",
		"commit": "commit",
	}
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// connect opens all connections of a pool.
func connect(connections int, statements map[string]string) *pgxpool.Pool {
	config, err := pgxpool.ParseConfig("")
	must(err)
	config.MaxConns = int32(connections)
	config.MinConns = int32(connections)
	config.AfterConnect = func(ctx context.Context, connection *pgx.Conn) error {
		for name, text := range statements {
			if _, err := connection.Prepare(ctx, name, text); err != nil {
				return err
			}
		}
		return nil
	}
	pool, err := pgxpool.ConnectConfig(context.Background(), config)
	must(err)
	held := make([]*pgxpool.Conn, connections)
	for i := range held {
		held[i], err = pool.Acquire(context.Background())
		must(err)
	}
	for _, one := range held {
		one.Release()
	}
	return pool
}

// shared gives what every goroutine of `count` does of `operations`, and waits for all.
func shared(operations, count int, work func(number, operations int)) {
	var running sync.WaitGroup
	for number := 0; number < count; number++ {
		running.Add(1)
		go func(number int) {
			defer running.Done()
			work(number, operations/count)
		}(number)
	}
	running.Wait()
}

func read(pool *pgxpool.Pool, number, operations int) {
	random := rand.New(rand.NewSource(int64(number)))
	for done := 0; done < operations; done++ {
		wanted := int64(random.Intn(keys) + 1)
		var id int64
		var body string
		must(pool.QueryRow(context.Background(), "find", wanted).Scan(&id, &body))
		if id != wanted || len(body) != bodyBytes {
			log.Fatal("another row than was asked for")
		}
	}
}

// commit gives each committer its own part of the keys: two transactions that wanted the same rows
// in another order would end in a deadlock.
func commit(pool *pgxpool.Pool, number, operations int) {
	random := rand.New(rand.NewSource(int64(number)))
	body := strings.Repeat("x", bodyBytes)
	for done := 0; done < operations; {
		batch := &pgx.Batch{}
		batch.Queue("begin")
		for last := done + batchEvents; done < last; {
			done++
			id := int64(number*idsOfACommitter + done)
			key := int64((random.Intn(keys/committers)+1)*committers - number)
			batch.Queue("inbox", id)
			batch.Queue("state", key, body)
			batch.Queue("outbox", id, body)
		}
		batch.Queue("commit")
		must(pool.SendBatch(context.Background(), batch).Close())
	}
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("go-pgx: ")
	if len(os.Args) != 3 {
		log.Fatal("usage: go-pgx reads|events OPERATIONS")
	}
	operations, err := strconv.Atoi(os.Args[2])
	must(err)
	var pool *pgxpool.Pool
	var start time.Time
	switch os.Args[1] {
	case "reads":
		pool = connect(readConnections, readStatements)
		start = time.Now()
		shared(operations, readers, func(number, operations int) { read(pool, number, operations) })
	case "events":
		pool = connect(committers, eventStatements)
		start = time.Now()
		shared(operations, committers, func(number, operations int) { commit(pool, number, operations) })
	default:
		log.Fatalf("'%s' is nothing that can be measured", os.Args[1])
	}
	rate := float64(operations) / time.Since(start).Seconds()
	pool.Close()
	fmt.Printf("%.2f\n", rate)
}
