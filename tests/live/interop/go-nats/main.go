// SPDX-License-Identifier: Apache-2.0

// Buckets as nats.go reads and writes them, for the tests of weir's own:
//
//	go-nats URL COMMAND BUCKET ARGUMENTS...
//
// What a command finds is printed; an error is printed as "error: ..." and is no failure of the
// program.
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"

	"github.com/nats-io/nats.go"
)

// The same bytes as bytes_of() of the tests makes.
func bytesOf(size int, seed uint32) []byte {
	bytes := make([]byte, size)
	state := seed*2654435761 + 1
	for i := range bytes {
		state = state*1664525 + 1013904223
		bytes[i] = byte(state >> 24)
	}
	return bytes
}

type slowReader struct{ rest []byte }

// Gives 1000 bytes at most, so that chunks are of many sizes.
func (from *slowReader) Read(into []byte) (int, error) {
	if len(from.rest) == 0 {
		return 0, io.EOF
	}
	if len(into) > 1000 {
		into = into[:1000]
	}
	n := copy(into, from.rest)
	from.rest = from.rest[n:]
	return n, nil
}

func printInfo(info *nats.ObjectInfo) {
	fmt.Printf("%s|%s|%d|%s|%s|%v\n", info.Name, info.Description, info.Size, info.Digest,
		info.Headers.Get("Type"), info.Deleted)
}

func objects(js nats.JetStreamContext, command string, bucket string, args []string) error {
	if command == "object-make" {
		_, err := js.CreateObjectStore(&nats.ObjectStoreConfig{Bucket: bucket})
		return err
	}
	store, err := js.ObjectStore(bucket)
	if err != nil {
		return err
	}
	switch command {
	case "object-put":
		size, _ := strconv.Atoi(args[1])
		meta := &nats.ObjectMeta{Name: args[0], Description: "by nats.go",
			Headers: nats.Header{"Type": []string{"bytes"}}}
		_, err = store.Put(meta, &slowReader{bytesOf(size, 7)})
	case "object-get":
		var bytes []byte
		if bytes, err = store.GetBytes(args[0]); err == nil {
			fmt.Printf("%d %x\n", len(bytes), sha256.Sum256(bytes))
		}
	case "object-info":
		var info *nats.ObjectInfo
		if info, err = store.GetInfo(args[0], nats.GetObjectInfoShowDeleted()); err == nil {
			printInfo(info)
		}
	case "object-list":
		var infos []*nats.ObjectInfo
		infos, err = store.List()
		sort.Slice(infos, func(a, b int) bool { return infos[a].Name < infos[b].Name })
		for _, info := range infos {
			printInfo(info)
		}
	case "object-remove":
		err = store.Delete(args[0])
	case "object-rename":
		err = store.UpdateMeta(args[0], &nats.ObjectMeta{Name: args[1], Description: "renamed"})
	case "object-link":
		var info *nats.ObjectInfo
		if info, err = store.GetInfo(args[1]); err == nil {
			_, err = store.AddLink(args[0], info)
		}
	case "object-link-bucket":
		var other nats.ObjectStore
		if other, err = js.ObjectStore(args[1]); err == nil {
			_, err = store.AddBucketLink(args[0], other)
		}
	case "object-seal":
		err = store.Seal()
	}
	return err
}

func printEntry(entry nats.KeyValueEntry) {
	fmt.Printf("%s=%s@%d %v\n", entry.Key(), entry.Value(), entry.Revision(), entry.Operation())
}

func keys(js nats.JetStreamContext, command string, bucket string, args []string) error {
	if command == "kv-make" {
		_, err := js.CreateKeyValue(&nats.KeyValueConfig{Bucket: bucket, History: 5})
		return err
	}
	store, err := js.KeyValue(bucket)
	if err != nil {
		return err
	}
	switch command {
	case "kv-put":
		_, err = store.PutString(args[0], args[1])
	case "kv-create":
		_, err = store.Create(args[0], []byte(args[1]))
	case "kv-update":
		revision, _ := strconv.ParseUint(args[2], 10, 64)
		_, err = store.Update(args[0], []byte(args[1]), revision)
	case "kv-get":
		var entry nats.KeyValueEntry
		if entry, err = store.Get(args[0]); err == nil {
			printEntry(entry)
		}
	case "kv-remove":
		err = store.Delete(args[0])
	case "kv-purge":
		err = store.Purge(args[0])
	case "kv-keys":
		var all []string
		all, err = store.Keys()
		sort.Strings(all)
		for _, key := range all {
			fmt.Println(key)
		}
	case "kv-history":
		var all []nats.KeyValueEntry
		all, err = store.History(args[0])
		for _, entry := range all {
			printEntry(entry)
		}
	}
	return err
}

func main() {
	link, err := nats.Connect(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	js, err := link.JetStream()
	if err == nil {
		command := os.Args[2]
		if command[:2] == "kv" {
			err = keys(js, command, os.Args[3], os.Args[4:])
		} else {
			err = objects(js, command, os.Args[3], os.Args[4:])
		}
	}
	if err != nil {
		fmt.Println("error:", err)
	}
	link.Close()
}
