// Commands that one caller sends over one connection in one go, and their replies as they come.
// Shared by the caller and the connection: a caller that gives up at its deadline leaves the batch
// in its place in the pipeline, where late replies are discarded.
//
//   connection.send(batch);
//   if (!batch->done()) co_await batch->completion();
//   std::vector<Reply> replies = batch->take_replies();
//
// Belongs to one worker's thread.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/asio.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace hawkcache::redis {

class Batch {
 public:
  // `timeout` counts from now.
  Batch(net::Executor executor, std::vector<Command> commands, Duration timeout);
  // Until a time that the caller has fixed before.
  Batch(net::Executor executor, std::vector<Command> commands, SteadyTime deadline);

  // For the caller:

  // All replies are there, or will not come any more, or the deadline has passed.
  bool done() const noexcept { return done_; }
  // Ends when done; with it come codes that say nothing. REQUIRES: !done(); one waiter.
  auto completion() { return bell_.async_wait(net::use_op); }
  // One for each command, in order; see Client::call for what failed. REQUIRES: done(); once.
  std::vector<Reply> take_replies() noexcept { return std::move(replies_); }
  const std::vector<Command>& commands() const noexcept { return commands_; }
  // To send them elsewhere. Empty where that is not safe, since they are not wholly written yet.
  // REQUIRES: done(); once.
  std::vector<Command> take_commands() noexcept;
  // The incarnation of the connection that it went over (see Connection::give_up).
  std::uint64_t incarnation() const noexcept { return writing_.incarnation; }

  // For the connection:

  std::size_t size() const noexcept { return count_; }
  std::size_t bytes() const noexcept { return bytes_; }
  SteadyTime created() const noexcept { return created_; }
  SteadyTime deadline() const noexcept { return deadline_; }
  // Takes the next reply, which is discarded if the caller has given up. Returns whether it was the
  // last one.
  bool accept(Reply reply) noexcept;
  // What has no reply yet never gets one. No more than the first reason counts.
  void fail(ErrorCode reason) noexcept;
  std::size_t unanswered() const noexcept { return count_ - answered_; }
  // What a session notes when it begins to write it: where its bytes end in the stream.
  struct Writing {
    SteadyTime since{};
    std::uint64_t end = 0;
    std::uint64_t incarnation = 0;
  };
  void begin_writing(Writing writing) noexcept { writing_ = writing; }
  const Writing& writing() const noexcept { return writing_; }
  void mark_written() noexcept { written_ = true; }

 private:
  void finish() noexcept;

  std::vector<Command> commands_;
  std::vector<Reply> replies_;
  std::size_t count_;
  std::size_t bytes_ = 0;
  std::size_t answered_ = 0;  // discarded replies included
  SteadyTime created_;
  SteadyTime deadline_;
  Writing writing_;
  bool written_ = false;
  bool done_ = false;
  net::Timer bell_;  // never rings by itself: its cancellation wakes the caller
};

using BatchPtr = std::shared_ptr<Batch>;

}  // namespace hawkcache::redis
