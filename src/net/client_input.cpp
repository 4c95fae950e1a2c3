#include "net/client_input.hpp"

namespace hawkcache::net {
namespace {

// After a turn given to the others in vain: so many answers until the next.
constexpr unsigned kAnswersUntilNextTurn = 32;

}  // namespace

void ClientInput::arm_for_head() noexcept {
  // A head's time is counted from its first byte to its last, not from byte to byte.
  if (buffer_.empty()) {
    deadline_.arm(timeouts_.keepalive);
  } else if (!buffer_.head_begun()) {
    buffer_.mark_head_begun();
    deadline_.arm(timeouts_.header);
  }
}

// Reading right after an answer finds nothing: the client has hardly seen it. On a busy worker the
// others that are ready have their turn first, and when this connection's comes again, the next
// request is mostly there: one read a request instead of two, and no wait. Where the client takes
// longer, a turn is a poll in vain, and is given only now and then.
bool ClientInput::gives_turn() noexcept {
  if (!buffer_.empty()) return false;
  if (answers_until_turn_ == 0) return true;
  --answers_until_turn_;
  return false;
}

void ClientInput::read_at_once() {
  const auto space = buffer_.space();
  boost::system::error_code error;
  const std::size_t size = socket_.read_some(asio::buffer(space.data(), space.size()), error);
  if (error == asio::error::would_block) {
    answers_until_turn_ = kAnswersUntilNextTurn;
  } else if (error) {
    ended_ = true;
  } else {
    buffer_.commit(size);
  }
}

}  // namespace hawkcache::net
