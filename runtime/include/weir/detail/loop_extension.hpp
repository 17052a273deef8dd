// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weir::detail {

/// What a header that the loop does not know (weir/asio.hpp) adds to a loop on its first use.
///
/// The loop owns it. At its end the loop calls stop(), runs on until idle(), then calls leave();
/// the first two once more where another loop's call came meanwhile.
class loop_extension {
 public:
  /// Begins the end: what is in flight is cancelled, nothing new is started.
  virtual void stop() noexcept = 0;
  /// True when no task of the extension is left.
  virtual bool idle() const noexcept = 0;
  /// Gives up the loop, which is about to be gone, and unless others hold it too, itself.
  virtual void leave() noexcept = 0;

 protected:
  ~loop_extension() = default;
};

}  // namespace weir::detail
