// SPDX-License-Identifier: Apache-2.0
#include "purge.hpp"

#include <fmt/format.h>

#include "list.hpp"
#include "scan.hpp"
#include "stored_letter.hpp"
#include "streams.hpp"
#include "weir/blocking.hpp"

namespace weir::dlq {
namespace {

/// So many of the selected letters are shown before the question.
constexpr std::size_t letters_shown_max = 20;

/// One purge: what is selected is shown, asked about, and deleted.
class purger {
 public:
  purger(nats::jetstream on, const purge_options& wanted, std::ostream& out)
      : on_(on), wanted_(wanted), out_(out), rows_(letter_table(out, wanted.width)) {}

  task<purge_outcome> run() {
    stream_ = co_await choose_stream(on_, wanted_.stream);
    co_await select();
    rows_.flush();
    if (outcome_.selected > letters_shown_max) {
      out_ << fmt::format("... and {} more\n", outcome_.selected - letters_shown_max);
    }
    if (wanted_.dry_run || outcome_.selected == 0) co_return outcome_;
    const bool is_agreed = co_await ask();
    outcome_.was_declined = !is_agreed;
    if (!is_agreed) co_return outcome_;
    co_await remove();
    co_return outcome_;
  }

 private:
  task<> select() {
    if (wanted_.sequences.empty()) {
      co_await select_by_scan();
    } else {
      co_await select_named();
    }
  }

  void take(const letter& one) {
    if (outcome_.selected++ < letters_shown_max) add_row(rows_, one);
    last_selected_ = one.at.sequence;
  }

  task<> select_by_scan() {
    bool was_left_out = false;
    auto messages = scan(on_, stream_.name, stream_.last_sequence);
    while (const auto next = co_await messages.next()) {
      if (!next->found || !wanted_.only.fits(*next->found)) {
        was_left_out = true;
        continue;
      }
      take(*next->found);
      is_beginning_ = is_beginning_ && !was_left_out;
    }
  }

  task<> select_named() {
    is_beginning_ = false;
    for (const std::uint64_t sequence : wanted_.sequences) {
      const auto read = co_await read_stored(on_, stream_.name, sequence);
      if (!read) {
        out_ << fmt::format("{}:{} is not there\n", stream_.name, sequence);
      } else if (wanted_.only.fits(read->about)) {
        take(read->about);
        named_.push_back(sequence);
      }
    }
  }

  task<bool> ask() {
    if (!wanted_.ask) co_return true;
    const std::string question =
        fmt::format("Delete {} dead letter{} of {} for good?", outcome_.selected,
                    outcome_.selected == 1 ? "" : "s", stream_.name);
    out_ << std::flush;
    co_return co_await blocking([this, question] { return wanted_.ask(question); });
  }

  task<> remove() {
    if (is_beginning_) {
      // One request instead of one a letter. What has come since stands behind it.
      nats::purge_options how;
      how.up_to = last_selected_ + 1;
      outcome_.deleted = co_await on_.purge_stream(stream_.name, how);
      co_return;
    }
    for (const std::uint64_t sequence : named_) co_await remove_one(sequence);
    if (!wanted_.sequences.empty()) co_return;
    auto messages = scan(on_, stream_.name, last_selected_);
    while (const auto next = co_await messages.next()) {
      if (next->found && wanted_.only.fits(*next->found)) co_await remove_one(next->sequence);
    }
  }

  task<> remove_one(std::uint64_t sequence) {
    const bool was_there =
        co_await delete_stored(on_, stream_.name, sequence, nats::erasure::overwrite);
    if (was_there) ++outcome_.deleted;
  }

  nats::jetstream on_;
  const purge_options& wanted_;
  std::ostream& out_;
  tools::table rows_;
  letter_stream stream_;
  std::vector<std::uint64_t> named_;
  std::uint64_t last_selected_ = 0;
  /// The selected letters are the first messages of the stream, and all of them.
  bool is_beginning_ = true;
  purge_outcome outcome_;
};

}  // namespace

task<purge_outcome> purge(nats::jetstream on, purge_options wanted, std::ostream& out) {
  purger run(on, wanted, out);
  const purge_outcome outcome = co_await run.run();
  if (wanted.dry_run) {
    out << fmt::format("{} would be deleted\n", outcome.selected);
  } else if (outcome.was_declined) {
    out << "nothing was deleted\n";
  } else {
    out << fmt::format("{} deleted\n", outcome.deleted);
  }
  co_return outcome;
}

}  // namespace weir::dlq
