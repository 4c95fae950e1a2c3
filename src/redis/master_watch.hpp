// One master's part of a watch: a connection that hears what changes, and one that has turned that
// on (see watch.hpp). Works in steps, each a question and its answer, so that all masters of a
// cluster are asked at the same time. Belongs to one worker's thread; may be destroyed on another
// one.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "redis/batch.hpp"
#include "redis/session.hpp"
#include "redis/watch.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::redis {

class MasterWatch final : private MessageListener {
 public:
  // `listener` outlives its being open.
  MasterWatch(std::shared_ptr<Environment> environment,
              std::shared_ptr<Locator> locator,
              const std::vector<std::string>& prefixes,
              WatchListener& listener);
  ~MasterWatch();
  MasterWatch(const MasterWatch&) = delete;
  MasterWatch& operator=(const MasterWatch&) = delete;

  // The first two once, in this order; then the other two in this order, as often as it is wanted.
  enum class Step : std::uint8_t { subscribe, track, ask_tracker, ask_subscriber };
  // REQUIRES: the step before has been judged good.
  BatchPtr begin(Step step, SteadyTime deadline);
  // Of the replies to the step's batch. Errors: store_unavailable, store_timeout.
  ErrorCode judge(Step step, const std::vector<Reply>& replies);
  // Nothing is heard afterwards.
  void close() noexcept;

 private:
  std::vector<Command> commands_of(Step step) const;
  Command tracking() const;
  bool is_good(Step step, const std::vector<Reply>& replies);
  bool is_good_tracking(const std::vector<Reply>& replies);
  void message(std::string_view channel, Reply payload) noexcept override;

  std::shared_ptr<Environment> environment_;
  std::vector<std::string> prefixes_;
  WatchListener& listener_;
  std::shared_ptr<Session> subscriber_;
  std::shared_ptr<Session> tracker_;
  std::int64_t subscriber_id_ = 0;
  std::string history_;  // the master's replication id
  std::vector<std::string_view> keys_;
};

}  // namespace hawkcache::redis
