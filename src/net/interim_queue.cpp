#include "net/interim_queue.hpp"

namespace hawkcache::net {
namespace {

constexpr int kContinueStatus = 100;
constexpr std::string_view kContinueHead = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

void InterimQueue::begin(http::Version client, Continue expected) noexcept {
  // RFC 9110 section 15.2: "A server MUST NOT send a 1xx response to an HTTP/1.0 client." And
  // section 10.1.1: "A server that receives a 100-continue expectation in an HTTP/1.0 request MUST
  // ignore that expectation."
  open_ = client == http::Version::http_1_1;
  const bool owed = open_ && expected == Continue::expected;
  continue_ = owed ? ContinueState::owed : ContinueState::not_expected;
}

void InterimQueue::add(int status, std::string_view head) {
  if (!open_) return;
  const bool fits = unsent_.size() + head.size() <= kMaxUnsent;
  if (status == kContinueStatus) {
    if (continue_ != ContinueState::owed) return;
    continue_ = ContinueState::given;
    // This one is more than a hint: without it the client would go on waiting.
    if (!fits) head = kContinueHead;
  } else if (!fits) {
    return;
  }
  unsent_ += head;
}

void InterimQueue::add_continue() { add(kContinueStatus, kContinueHead); }

}  // namespace hawkcache::net
