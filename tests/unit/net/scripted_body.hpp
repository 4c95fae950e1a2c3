// A request's body for tests of upstream exchanges.
#pragma once

#include "base/clock.hpp"
#include "net/upstream.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::net::test {

// Gives what it is given, then says how it ends; or never ends.
class ScriptedBody final : public BodySource {
 public:
  explicit ScriptedBody(Executor executor) : gate_(executor) {
    gate_.expires_at(SteadyTime::max());
  }

  std::vector<std::string> pieces;
  ErrorCode error;       // at the end, instead of it
  bool endless = false;  // the last piece again and again
  bool stalls = false;   // waits in place of an end until cancelled
  bool throws = false;   // in place of an end
  int reads = 0;
  int cancelled = 0;

  Awaitable<Result<std::string_view>> read() override {
    ++reads;
    if (next_ < pieces.size()) co_return std::string_view(pieces[next_++]);
    if (throws) throw std::logic_error("a defect");
    if (cancelled > 0) co_return Errc::client_gone;
    if (endless) co_return std::string_view(pieces.back());
    if (stalls) {
      co_await gate_.async_wait(use_op);
      co_return Errc::client_gone;
    }
    if (error) co_return error;
    co_return std::string_view();
  }
  void cancel() noexcept override {
    ++cancelled;
    gate_.cancel();
  }

 private:
  Timer gate_;
  std::size_t next_ = 0;
};

}  // namespace hawkcache::net::test
