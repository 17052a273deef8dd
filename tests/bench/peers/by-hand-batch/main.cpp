// SPDX-License-Identifier: Apache-2.0

// The order-processor as a program by hand, without a framework: the best that one thread does that
// takes one batch after the other.
//
//   NATS_URL=nats://127.0.0.1:4222 DATABASE_URL=postgres://... by-hand-batch [--ahead] --expect
//   20000
//
// Effects once, as weir has them: of up to 256 orders the inbox, the upsert and the outbox are
// stored by one pipelined transaction; all events are published and their PubAcks awaited; the
// outbox' rows are deleted, and the orders acknowledged. Then the next batch is fetched; with
// --ahead it is fetched meanwhile.
//
// It has no part of what a framework is for beside the speed: no retries, no dead letters, no
// reconnects, and nobody publishes what a crash has left in the outbox. The stream and the table
// `orders` must be there. The first error ends the program with exit code 1, since a run with
// errors measures nothing.
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iterator>
#include <stdexcept>

#include "nats_socket.hpp"
#include "store.hpp"

namespace {

using namespace by_hand;

constexpr std::size_t batch_max = 256;
constexpr std::size_t ahead_max = 2 * batch_max;  // orders that the server may send with --ahead

constexpr std::uint64_t order_subscription = 1;
constexpr std::uint64_t answer_subscription = 2;
constexpr const char* consumer_config =
    R"({"stream_name":"ORDERS","config":{"durable_name":"by-hand-batch","ack_policy":"explicit",)"
    R"("deliver_policy":"all","replay_policy":"instant","filter_subject":"orders.created",)"
    R"("ack_wait":30000000000,"max_ack_pending":4096}})";

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set");
  return value;
}

class processor {
 public:
  explicit processor(bool ahead)
      : ahead_(ahead), nats_(environment("NATS_URL")), store_(environment("DATABASE_URL")) {
    const std::string inbox = "_INBOX.by-hand." + std::to_string(::getpid());
    orders_ = inbox + ".orders";
    answers_ = inbox + ".answers";
    nats_.subscribe(order_subscription, orders_);
    nats_.subscribe(answer_subscription, answers_);
    nats_.queue_publish("$JS.API.CONSUMER.DURABLE.CREATE.ORDERS.by-hand-batch", answers_,
                        consumer_config);
    wait_answers(1);
  }

  void run(std::uint64_t expected) {
    ask(ahead_ ? ahead_max : batch_max);
    nats_.flush();
    for (std::uint64_t done = 0; done < expected; done += batch_.size()) {
      const std::uint64_t left = expected - done;
      take_batch(static_cast<std::size_t>(std::min<std::uint64_t>(batch_max, left)));
      store_.commit(batch_);
      for (const delivered_order& one : batch_)
        nats_.queue_message(processed_subject, answers_, one.event_id, one.event);
      wait_answers(batch_.size());
      store_.begin_delete();
      for (const delivered_order& one : batch_) nats_.queue_publish(one.acknowledge, "", "");
      ask_again(batch_.size());
      nats_.flush();
      store_.end_delete();
    }
    nats_.round_trip();  // the server has the last acknowledgements when it answers
  }

 private:
  /// Lets the server send so many orders more.
  void ask(std::size_t count) {
    nats_.queue_publish("$JS.API.CONSUMER.MSG.NEXT.ORDERS.by-hand-batch", orders_,
                        "{\"batch\":" + std::to_string(count) + '}');
  }

  /// Asks for what was taken; with --ahead a whole batch at a time, since the server keeps a list
  /// of requests.
  void ask_again(std::size_t taken) {
    if (!ahead_) return ask(taken);
    owed_ += taken;
    for (; owed_ >= batch_max; owed_ -= batch_max) ask(batch_max);
  }

  /// Takes what has arrived, and waits where nothing has; without --ahead it has only just asked,
  /// and waits for what is still on its way.
  void take_batch(std::size_t most) {
    const int patience_ms = ahead_ ? 0 : 1;
    take_messages();
    while (arrived_.empty()) {
      nats_.receive();
      take_messages();
    }
    while (arrived_.size() < most && nats_.receive_within(patience_ms)) take_messages();
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, arrived_.size()));
    batch_.assign(std::make_move_iterator(arrived_.begin()),
                  std::make_move_iterator(arrived_.begin() + count));
    arrived_.erase(arrived_.begin(), arrived_.begin() + count);
  }

  void wait_answers(std::size_t count) {
    nats_.flush();
    for (take_messages(); answers_taken_ < count; take_messages()) nats_.receive();
    answers_taken_ -= count;
  }

  void take_messages() {
    nats_frame next;
    while (nats_.take(next)) {
      if (next.subscription == order_subscription && !next.reply.empty()) {
        arrived_.push_back(read_delivery(next.reply, next.headers, next.payload));
      } else if (next.subscription == answer_subscription && !is_refusal(next)) {
        ++answers_taken_;
      } else {
        throw std::runtime_error("nats-server answered " + std::string(next.headers) +
                                 std::string(next.payload));
      }
    }
  }

  /// An error in JSON, or a status in place of an answer.
  static bool is_refusal(const nats_frame& answer) {
    return answer.payload.empty() || answer.payload.find("\"error\"") != answer.payload.npos;
  }

  const bool ahead_;
  nats_socket nats_;
  store store_;
  std::string orders_, answers_;
  std::deque<delivered_order> arrived_;
  std::vector<delivered_order> batch_;
  std::size_t answers_taken_ = 0;
  std::size_t owed_ = 0;  // orders that were taken and not asked for again
};

/// Tells the supervisor, if there is one, that work begins: the measured time starts there.
void say_ready() {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ::sendto(socket, "READY=1", 7, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
           sizeof address);
  ::close(socket);
}

void print_report(std::uint64_t events) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  std::printf("{\"cpu_us_per_event\":%.3f,\"peak_rss_kb\":%ld}\n",
              (us(used.ru_utime) + us(used.ru_stime)) / static_cast<double>(events),
              used.ru_maxrss);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t expected = 0;
  const bool ahead = argc == 4 && std::string_view(argv[1]) == "--ahead";
  const std::string_view count = argc > 2 ? argv[argc - 1] : "";
  if ((argc == 3 || ahead) && std::string_view(argv[argc - 2]) == "--expect")
    std::from_chars(count.data(), count.data() + count.size(), expected);
  if (expected == 0) {
    std::fprintf(stderr, "usage: by-hand-batch [--ahead] --expect N, N over 0\n");
    return 2;
  }
  try {
    processor orders(ahead);
    say_ready();
    orders.run(expected);
    print_report(expected);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "by-hand-batch: %s\n", failure.what());
    return 1;
  }
}
