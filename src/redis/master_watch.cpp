#include "redis/master_watch.hpp"

#include "redis/complaints.hpp"
#include "redis/greeting.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace hawkcache::redis {
namespace {

constexpr std::string_view kChannel = "__redis__:invalidate";

bool is_array_of(const Reply& reply, std::string_view first) noexcept {
  return reply.is(Reply::Type::array) && !reply.elements.empty() && reply.elements[0].text == first;
}

}  // namespace

MasterWatch::MasterWatch(std::shared_ptr<Environment> environment,
                         std::shared_ptr<Locator> locator,
                         const std::vector<std::string>& prefixes,
                         WatchListener& listener)
    : environment_(std::move(environment)),
      prefixes_(prefixes),
      listener_(listener),
      subscriber_(std::make_shared<Session>(environment_, locator, Session::Greeting::master)),
      tracker_(std::make_shared<Session>(environment_, locator, Session::Greeting::master)) {}

MasterWatch::~MasterWatch() {
  close_on_worker(environment_->worker, std::move(subscriber_));
  close_on_worker(environment_->worker, std::move(tracker_));
}

void MasterWatch::close() noexcept {
  subscriber_->close(Errc::store_unavailable);
  tracker_->close(Errc::store_unavailable);
}

BatchPtr MasterWatch::begin(Step step, SteadyTime deadline) {
  const bool over_tracker = step == Step::track || step == Step::ask_tracker;
  Session& session = over_tracker ? *tracker_ : *subscriber_;
  auto batch =
      std::make_shared<Batch>(environment_->worker.executor(), commands_of(step), deadline);
  if (step == Step::subscribe) session.listen(*this);
  if (session.state() == Session::State::fresh) session.start();
  session.send(batch);
  return batch;
}

std::vector<Command> MasterWatch::commands_of(Step step) const {
  std::vector<Command> commands;
  switch (step) {
    case Step::subscribe:
      commands.push_back(Command("", {"CLIENT", "ID"}));
      commands.push_back(Command("", {"SUBSCRIBE", kChannel}));
      break;
    case Step::track:
      commands.push_back(tracking());
      commands.push_back(Command("", {"INFO", "replication"}));
      break;
    case Step::ask_tracker:
      commands.push_back(Command("", {"INFO", "replication"}));
      break;
    case Step::ask_subscriber:
      commands.push_back(Command("", {"PING"}));
      break;
  }
  return commands;
}

Command MasterWatch::tracking() const {
  const std::string subscriber = std::to_string(subscriber_id_);
  std::vector<std::string_view> words{"CLIENT", "TRACKING", "ON", "REDIRECT", subscriber, "BCAST"};
  for (const std::string& prefix : prefixes_) {
    words.push_back("PREFIX");
    words.push_back(prefix);
  }
  return {"", std::span<const std::string_view>(words)};
}

ErrorCode MasterWatch::judge(Step step, const std::vector<Reply>& replies) {
  for (const Reply& reply : replies) {
    if (reply.is(Reply::Type::none))
      return reply.failure == Errc::store_timeout ? reply.failure : Errc::store_unavailable;
    if (!reply.is(Reply::Type::error)) continue;
    complain(subscriber_->target().text(), reply.text, steady_now());
    return Errc::store_unavailable;
  }
  if (!is_good(step, replies)) return Errc::store_unavailable;
  return {};
}

bool MasterWatch::is_good(Step step, const std::vector<Reply>& replies) {
  switch (step) {
    case Step::subscribe:
      subscriber_id_ = replies[0].integer;
      return replies[0].is(Reply::Type::integer) && is_array_of(replies[1], "subscribe");
    case Step::track:
      return is_good_tracking(replies);
    case Step::ask_tracker:
      return is_master(replies[0].text) && info_field(replies[0].text, "master_replid") == history_;
    case Step::ask_subscriber:
      return is_array_of(replies[0], "pong");
  }
  return false;
}

// The two connections may have found different servers: a failover came between them.
bool MasterWatch::is_good_tracking(const std::vector<Reply>& replies) {
  history_ = info_field(replies[1].text, "master_replid");
  return replies[0].text == "OK" && is_master(replies[1].text) && !history_.empty() &&
         subscriber_->state() == Session::State::open &&
         subscriber_->identity() == tracker_->identity();
}

void MasterWatch::message(std::string_view channel, Reply payload) noexcept {
  if (channel != kChannel) return;
  const auto is_key = [](const Reply& element) { return element.is(Reply::Type::text); };
  // Nil says that a database was emptied. What we do not understand may mean anything.
  if (!payload.is(Reply::Type::array) || !std::ranges::all_of(payload.elements, is_key))
    return listener_.everything_changed();
  keys_.clear();
  for (const Reply& key : payload.elements) keys_.push_back(key.text);
  listener_.keys_changed(keys_);
}

}  // namespace hawkcache::redis
