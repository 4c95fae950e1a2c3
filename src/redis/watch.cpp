#include "redis/watch.hpp"

#include "redis/cluster_client.hpp"
#include "redis/master_source.hpp"
#include "redis/master_watch.hpp"
#include "redis/sentinel.hpp"

#include <chrono>
#include <utility>

namespace hawkcache::redis {
namespace {

using Step = MasterWatch::Step;

// One server, or the one that Sentinel names: the locator finds it, and the watch of it notices
// when it is a master no more.
class OneMaster final : public MasterSource {
 public:
  explicit OneMaster(const std::shared_ptr<Environment>& environment)
      : locator_(make_server_locator(environment)) {}
  net::Awaitable<Result<Masters>> masters(Duration) override { co_return Masters{locator_}; }
  net::Awaitable<ErrorCode> confirm(Duration) override { co_return ErrorCode(); }

 private:
  std::shared_ptr<Locator> locator_;
};

class WatchOfMasters final : public Watch {
 public:
  WatchOfMasters(std::shared_ptr<Environment> environment,
                 std::unique_ptr<MasterSource> source,
                 std::vector<std::string> prefixes,
                 WatchListener& listener)
      : environment_(std::move(environment)),
        source_(std::move(source)),
        prefixes_(std::move(prefixes)),
        listener_(listener) {}

  net::Awaitable<ErrorCode> start(Duration timeout) override {
    const SteadyTime deadline = steady_now() + timeout;
    stop();
    const std::uint64_t started = ++starts_;
    const Result<MasterSource::Masters> found = co_await source_->masters(timeout);
    if (found.has_error()) co_return found.error();
    if (started != starts_) co_return Errc::store_unavailable;  // stopped meanwhile
    for (const std::shared_ptr<Locator>& locator : *found) {
      masters_.push_back(
          std::make_shared<MasterWatch>(environment_, locator, prefixes_, listener_));
    }
    const ErrorCode unheard = co_await take(Step::subscribe, deadline);
    if (unheard) co_return unheard;
    const ErrorCode untracked = co_await take(Step::track, deadline);
    co_return untracked;
  }

  net::Awaitable<ErrorCode> confirm(Duration timeout) override {
    const SteadyTime deadline = steady_now() + timeout;
    if (masters_.empty()) co_return Errc::store_unavailable;
    const ErrorCode others = co_await source_->confirm(timeout);
    if (others) co_return others;
    // In this order: as of the first answer tracking was on, and what was heard of until then is
    // in front of the second. (A master hands the changes of one turn of its event loop to the
    // subscriber before it sends that turn's replies.)
    const ErrorCode untracked = co_await take(Step::ask_tracker, deadline);
    if (untracked) co_return untracked;
    const ErrorCode unheard = co_await take(Step::ask_subscriber, deadline);
    co_return unheard;
  }

  void stop() noexcept override {
    ++starts_;
    for (const std::shared_ptr<MasterWatch>& master : masters_) master->close();
    masters_.clear();
  }

 private:
  // All masters at once.
  net::Awaitable<ErrorCode> take(Step step, SteadyTime deadline) {
    const std::vector<std::shared_ptr<MasterWatch>> masters = masters_;  // stop() may be called
    if (masters.empty()) co_return Errc::store_unavailable;
    std::vector<BatchPtr> batches;
    for (const std::shared_ptr<MasterWatch>& master : masters)
      batches.push_back(master->begin(step, deadline));
    ErrorCode result;
    for (std::size_t i = 0; i < masters.size(); ++i) {
      if (!batches[i]->done()) co_await batches[i]->completion();
      const ErrorCode error = masters[i]->judge(step, batches[i]->take_replies());
      if (!result) result = error;
    }
    co_return result;
  }

  std::shared_ptr<Environment> environment_;
  std::unique_ptr<MasterSource> source_;
  std::vector<std::string> prefixes_;
  WatchListener& listener_;
  std::vector<std::shared_ptr<MasterWatch>> masters_;
  std::uint64_t starts_ = 0;
};

}  // namespace

std::unique_ptr<Watch> make_watch(net::Worker& worker,
                                  const Settings& settings,
                                  std::vector<std::string> prefixes,
                                  WatchListener& listener,
                                  ClientFigures& figures) {
  auto environment = std::make_shared<Environment>(worker, settings, figures);
  std::unique_ptr<MasterSource> source;
  if (settings.kind == Settings::Kind::cluster) {
    source = make_cluster_masters(environment);
  } else {
    source = std::make_unique<OneMaster>(environment);
  }
  return std::make_unique<WatchOfMasters>(
      std::move(environment), std::move(source), std::move(prefixes), listener);
}

}  // namespace hawkcache::redis
