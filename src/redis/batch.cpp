#include "redis/batch.hpp"

#include <chrono>
#include <utility>

namespace hawkcache::redis {

Batch::Batch(net::Executor executor, std::vector<Command> commands, Duration timeout)
    : Batch(executor, std::move(commands), steady_now() + timeout) {
  created_ = deadline_ - timeout;
}

Batch::Batch(net::Executor executor, std::vector<Command> commands, SteadyTime deadline)
    : commands_(std::move(commands)),
      count_(commands_.size()),
      created_(steady_now()),
      deadline_(deadline),
      bell_(executor, SteadyTime::max()) {
  for (const Command& command : commands_) bytes_ += command.bytes().size();
  replies_.reserve(count_);
  done_ = count_ == 0;
}

std::vector<Command> Batch::take_commands() noexcept {
  if (!written_) return {};
  return std::move(commands_);
}

bool Batch::accept(Reply reply) noexcept {
  ++answered_;
  if (!done_) replies_.push_back(std::move(reply));
  if (answered_ < count_) return false;
  finish();
  return true;
}

void Batch::fail(ErrorCode reason) noexcept {
  if (done_) return;
  while (replies_.size() < count_) replies_.push_back(Reply::failed(reason));
  finish();
}

void Batch::finish() noexcept {
  if (done_) return;
  done_ = true;
  bell_.cancel();
}

}  // namespace hawkcache::redis
