// The interim responses (1xx) of one exchange on their way to a client: which of them it may have,
// and what has not been sent yet. No I/O.
#pragma once

#include "http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hawkcache::net {

class InterimQueue {
 public:
  // What a client that does not read may pile up here. Of a 1xx that does not fit nothing is sent:
  // it would only have been a hint.
  static constexpr std::size_t kMaxUnsent = 64 * 1024;

  enum class Continue : std::uint8_t { not_expected, expected };
  // A request's exchange begins. `expected`: it asked for a 100, and has a body to wait with.
  void begin(http::Version client, Continue expected) noexcept;
  // From now on none is added: 1xx responses precede the final one.
  void end() noexcept { open_ = false; }

  // `head` is a whole head. A 100 is taken once, and only where the client expects it.
  void add(int status, std::string_view head);
  // Our own 100, where the client expects one that it has not been given.
  void add_continue();

  bool expects_continue() const noexcept { return continue_ != ContinueState::not_expected; }
  bool owes_continue() const noexcept { return continue_ == ContinueState::owed; }

  std::string_view unsent() const noexcept { return unsent_; }
  void sent(std::size_t size) { unsent_.erase(0, size); }

 private:
  enum class ContinueState : std::uint8_t { not_expected, owed, given };
  bool open_ = false;
  ContinueState continue_ = ContinueState::not_expected;
  std::string unsent_;
};

}  // namespace hawkcache::net
