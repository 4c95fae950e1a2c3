// The sending half of a session, and its clock.
#include "redis/figures.hpp"
#include "redis/session.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hawkcache::redis {
namespace {

constexpr std::size_t kSmallCommand = 8u << 10;
// Copied together at most for one write; the rest goes with the next.
constexpr std::size_t kSmallCommands = 256u << 10;
// How much later than at its deadline a caller may hear that it has passed.
constexpr Duration kLookInterval{5};

}  // namespace

void Session::wake_writer() noexcept {
  if (!std::exchange(writer_waits_, false)) return;
  // The writer goes on after whatever else is ready now, so that the commands of all callers of
  // this turn of the event loop leave in one write.
  writer_bell_.cancel();
}

net::Awaitable<void> Session::write_commands(std::shared_ptr<Session> self) {
  const ClosesAtEnd end{*self};
  while (self->state_ == State::open) {
    if (self->unwritten_.empty()) {
      self->writer_waits_ = true;
      co_await self->writer_bell_.async_wait(net::use_op);
      continue;
    }
    self->gather();
    const std::uint64_t before = self->written_;
    const ErrorCode failed = co_await self->stream_->write(self->buffers_, self->written_);
    add(self->environment_->figures.bytes_sent, self->written_ - before);
    self->being_written_.clear();
    self->unwritten_bytes_ -= self->bytes_being_written_;
    if (failed) self->close(Errc::store_unavailable);
  }
}

void Session::gather() {
  const SteadyTime since = steady_now();
  if (unanswered_.empty()) look_at(since + environment_->settings.stall_timeout);
  small_commands_.clear();
  pieces_.clear();
  bytes_being_written_ = 0;
  std::size_t commands = 0;
  while (!unwritten_.empty() && small_commands_.size() < kSmallCommands) {
    BatchPtr batch = std::move(unwritten_.front());
    unwritten_.pop_front();
    if (add_pieces(*batch)) being_written_.push_back(batch);
    bytes_being_written_ += batch->bytes();
    gathered_ += batch->bytes();
    commands += batch->size();
    batch->begin_writing({.since = since, .end = gathered_, .incarnation = incarnation_});
    unanswered_.push_back(std::move(batch));
  }
  add(environment_->figures.commands, commands);
  buffers_.clear();
  for (const Piece& piece : pieces_) {
    const char* begin =
        piece.outside != nullptr ? piece.outside : small_commands_.data() + piece.offset;
    buffers_.emplace_back(begin, piece.size);
  }
}

bool Session::add_pieces(const Batch& batch) {
  bool has_large = false;
  for (const Command& command : batch.commands()) {
    const std::string_view bytes = command.bytes();
    if (bytes.size() > kSmallCommand) {
      has_large = true;
      pieces_.push_back({.outside = bytes.data(), .offset = 0, .size = bytes.size()});
      continue;
    }
    if (pieces_.empty() || pieces_.back().outside != nullptr)
      pieces_.push_back({.outside = nullptr, .offset = small_commands_.size(), .size = 0});
    small_commands_ += bytes;
    pieces_.back().size += bytes.size();
  }
  return has_large;
}

void Session::look_at(SteadyTime when) noexcept {
  when = std::max(when, last_look_ + kLookInterval);
  if (when >= next_look_ || state_ == State::closed) return;
  next_look_ = when;
  clock_.expires_at(when);
  clock_.async_wait([weak = weak_from_this()](const ErrorCode& error) {
    const std::shared_ptr<Session> self = error ? nullptr : weak.lock();
    if (self) self->look(steady_now());
  });
}

void Session::look(SteadyTime now) noexcept {
  if (state_ == State::closed) return;
  last_look_ = now;
  next_look_ = SteadyTime::max();
  const SteadyTime stalled_since = now - environment_->settings.stall_timeout;
  if (now >= established_by_ ||
      (!unanswered_.empty() && unanswered_.front()->writing().since <= stalled_since))
    return close(Errc::store_timeout);
  drop_expired(now);
  look_at(next_look());
}

// A batch that was not written yet never is; one that was keeps its place, for the replies that may
// come.
void Session::drop_expired(SteadyTime now) noexcept {
  std::uint64_t expired = 0;
  const auto expire = [&](const BatchPtr& batch) {
    if (batch->done() || batch->deadline() > now) return false;
    batch->fail(Errc::store_timeout);
    ++expired;
    return true;
  };
  for (const BatchPtr& batch : unanswered_) expire(batch);
  std::erase_if(unwritten_, [&](const BatchPtr& batch) {
    if (!expire(batch)) return false;
    count_waiting(0, batch->size());
    unwritten_bytes_ -= batch->bytes();
    return true;
  });
  add(environment_->figures.timeouts, expired);
}

SteadyTime Session::next_look() const noexcept {
  SteadyTime next = established_by_;
  const auto consider = [&next](const std::deque<BatchPtr>& batches) {
    for (const BatchPtr& batch : batches) {
      if (!batch->done()) next = std::min(next, batch->deadline());
    }
  };
  consider(unanswered_);
  consider(unwritten_);
  if (!unanswered_.empty())
    next =
        std::min(next, unanswered_.front()->writing().since + environment_->settings.stall_timeout);
  return next;
}

}  // namespace hawkcache::redis
