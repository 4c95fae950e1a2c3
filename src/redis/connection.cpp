#include "redis/connection.hpp"

#include <chrono>
#include <utility>

namespace hawkcache::redis {

Connection::Connection(std::shared_ptr<Environment> environment,
                       std::shared_ptr<Locator> locator,
                       Session::Greeting greeting)
    : environment_(std::move(environment)), locator_(std::move(locator)), greeting_(greeting) {}

Connection::~Connection() { close_on_worker(environment_->worker, std::move(session_)); }

void Connection::send(const BatchPtr& batch) {
  if (!session_ || session_->state() == Session::State::closed) {
    if (session_ && !session_->was_open() && steady_now() < session_->closed_at() + kBackOff)
      return batch->fail(Errc::store_unavailable);
    session_ = std::make_shared<Session>(environment_, locator_, greeting_, ++sessions_);
    session_->start();
  }
  session_->send(batch);
}

void Connection::reconnect() noexcept {
  if (session_) session_->close(Errc::store_unavailable);
  session_.reset();
}

bool Connection::give_up(const Batch& batch) noexcept {
  if (!session_ || session_->incarnation() != batch.incarnation()) return false;
  reconnect();
  return true;
}

}  // namespace hawkcache::redis
