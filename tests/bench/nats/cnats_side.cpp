// SPDX-License-Identifier: Apache-2.0
// The C client in the way that its own examples use it: its threads, its blocking calls.
#include <nats/nats.h>

#include <memory>

#include "sides.hpp"
#include "weir/error.hpp"

namespace weir::bench {
namespace {

constexpr std::int64_t patience_ms = 30'000;

void require(natsStatus status) {
  if (status == NATS_OK) return;
  throw error(errc::protocol, disposition::permanent,
              std::string("the C client: ") + natsStatus_GetText(status));
}

template <class Native, void (*Destroy)(Native*)>
struct destroyer {
  void operator()(Native* native) const noexcept { Destroy(native); }
};
template <class Native, void (*Destroy)(Native*)>
using owned = std::unique_ptr<Native, destroyer<Native, Destroy>>;
using connection = owned<natsConnection, natsConnection_Destroy>;
using context = owned<jsCtx, jsCtx_Destroy>;
using subscription = owned<natsSubscription, natsSubscription_Destroy>;

connection connect_to(const bench_server& at) {
  natsConnection* made = nullptr;
  require(natsConnection_ConnectTo(&made, at.url.c_str()));
  return connection(made);
}

context jetstream_of(natsConnection* link) {
  jsOptions options;
  require(jsOptions_Init(&options));
  options.PublishAsync.MaxPending = static_cast<std::int64_t>(publish_window);
  jsCtx* made = nullptr;
  require(natsConnection_JetStream(&made, link, &options));
  return context(made);
}

}  // namespace

cost cnats_fetch(const bench_server& at, const traffic& of) {
  const connection link = connect_to(at);
  const context js = jetstream_of(link.get());
  const stopwatch watch;
  jsSubOptions options;
  require(jsSubOptions_Init(&options));
  options.Stream = stream_name;
  options.Consumer = consumer_name;
  natsSubscription* made = nullptr;
  require(
      js_PullSubscribe(&made, js.get(), stream_subject, consumer_name, nullptr, &options, nullptr));
  const subscription pulls(made);
  for (std::uint64_t taken = 0; taken < of.messages;) {
    natsMsgList batch{};
    require(natsSubscription_Fetch(&batch, pulls.get(), static_cast<int>(messages_ahead),
                                   patience_ms, nullptr));
    for (int index = 0; index < batch.Count; ++index) {
      require(natsMsg_Ack(batch.Msgs[index], nullptr));
    }
    taken += static_cast<std::uint64_t>(batch.Count);
    natsMsgList_Destroy(&batch);
  }
  require(natsConnection_Flush(link.get()));
  return watch.of(of.messages);
}

cost cnats_publish(const bench_server& at, const traffic& of) {
  const connection link = connect_to(at);
  const context js = jetstream_of(link.get());
  const std::string payload(of.bytes, 'x');
  jsPubOptions options;
  require(jsPubOptions_Init(&options));
  const stopwatch watch;
  for (std::uint64_t sent = 0; sent < of.messages; ++sent) {
    const std::string id = "cnats-0123456789ab-" + std::to_string(sent);
    options.MsgId = id.c_str();
    require(js_PublishAsync(js.get(), stream_subject, payload.data(),
                            static_cast<int>(payload.size()), &options));
  }
  options.MsgId = nullptr;
  options.MaxWait = patience_ms;
  require(js_PublishAsyncComplete(js.get(), &options));
  return watch.of(of.messages);
}

cost cnats_core_publish(const bench_server& at, const traffic& of) {
  const connection link = connect_to(at);
  const std::string payload(of.bytes, 'x');
  const stopwatch watch;
  for (std::uint64_t sent = 0; sent < of.messages; ++sent) {
    require(natsConnection_Publish(link.get(), core_subject, payload.data(),
                                   static_cast<int>(payload.size())));
  }
  require(natsConnection_Flush(link.get()));
  return watch.of(of.messages);
}

cost cnats_core_subscribe(const bench_server& at, const traffic& of) {
  const connection link = connect_to(at);
  natsSubscription* made = nullptr;
  require(natsConnection_SubscribeSync(&made, link.get(), feed_subject));
  const subscription feed(made);
  require(natsSubscription_SetPendingLimits(made, -1, -1));
  require(natsConnection_Flush(link.get()));
  const stopwatch watch;
  require(natsConnection_Publish(link.get(), ready_subject, nullptr, 0));
  for (std::uint64_t taken = 0; taken < of.messages; ++taken) {
    natsMsg* next = nullptr;
    require(natsSubscription_NextMsg(&next, made, patience_ms));
    natsMsg_Destroy(next);
  }
  return watch.of(of.messages);
}

cost cnats_request(const bench_server& at, const traffic& of) {
  const connection link = connect_to(at);
  const std::string question(of.bytes, 'x');
  std::vector<double> times;
  times.reserve(of.messages);
  const stopwatch watch;
  for (std::uint64_t asked = 0; asked < of.messages; ++asked) {
    const double began = watch.elapsed_us();
    natsMsg* answer = nullptr;
    require(natsConnection_Request(&answer, link.get(), answering_subject, question.data(),
                                   static_cast<int>(question.size()), patience_ms));
    natsMsg_Destroy(answer);
    times.push_back(watch.elapsed_us() - began);
  }
  return watch.of_questions(std::move(times));
}

}  // namespace weir::bench
