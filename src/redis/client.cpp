#include "redis/client.hpp"

#include "redis/cluster_client.hpp"
#include "redis/connection.hpp"
#include "redis/outcome.hpp"
#include "redis/sentinel.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hawkcache::redis {
namespace {

// One server at a time: a fixed one, or the master that Sentinel names. One connection for each
// lane.
class ServerClient final : public Client {
 public:
  ServerClient(std::shared_ptr<Environment> environment, const std::shared_ptr<Locator>& locator)
      : environment_(std::move(environment)),
        lookups_(environment_, locator, Session::Greeting::master),
        writes_(environment_, locator, Session::Greeting::master) {}

  net::Awaitable<std::vector<Reply>> call(Lane lane,
                                          std::vector<Command> commands,
                                          Duration timeout) override {
    Connection& connection = lane == Lane::lookups ? lookups_ : writes_;
    const auto batch = std::make_shared<Batch>(executor(), std::move(commands), timeout);
    connection.send(batch);
    if (!batch->done()) co_await batch->completion();
    std::vector<Reply> replies = batch->take_replies();
    if (std::ranges::none_of(replies, is_error)) co_return replies;
    const std::vector<std::size_t> scripts = unknown_scripts(replies, *batch);
    if (!scripts.empty()) {
      const BatchPtr sources = with_sources(scripts, *batch);
      connection.send(sources);
      if (!sources->done()) co_await sources->completion();
      put_in(sources->take_replies(), scripts, replies);
    }
    // The server has become a replica: neither lane has any business there.
    if (std::ranges::any_of(replies, is_readonly) && connection.give_up(*batch)) reconnect();
    settle(replies, environment_->figures);
    co_return replies;
  }

  std::size_t masters() const noexcept override { return 1; }
  void reconnect() noexcept override {
    lookups_.reconnect();
    writes_.reconnect();
  }

 private:
  static bool is_error(const Reply& reply) noexcept { return reply.is(Reply::Type::error); }
  static bool is_readonly(const Reply& reply) noexcept { return reply.is_error("READONLY"); }

  net::Executor executor() const { return environment_->worker.executor(); }

  // The places of scripts that the server does not know yet; none when there is no time left.
  static std::vector<std::size_t> unknown_scripts(const std::vector<Reply>& replies,
                                                  const Batch& batch) {
    std::vector<std::size_t> places;
    if (steady_now() >= batch.deadline()) return places;
    for (std::size_t i = 0; i < replies.size(); ++i) {
      if (replies[i].is_error("NOSCRIPT") && batch.commands()[i].script() != nullptr)
        places.push_back(i);
    }
    return places;
  }

  BatchPtr with_sources(const std::vector<std::size_t>& places, const Batch& batch) const {
    std::vector<Command> commands;
    for (const std::size_t place : places)
      commands.push_back(batch.commands()[place].with_source());
    return std::make_shared<Batch>(executor(), std::move(commands), batch.deadline());
  }

  static void put_in(std::vector<Reply> from,
                     const std::vector<std::size_t>& places,
                     std::vector<Reply>& replies) {
    for (std::size_t i = 0; i < places.size(); ++i) replies[places[i]] = std::move(from[i]);
  }

  std::shared_ptr<Environment> environment_;
  Connection lookups_;
  Connection writes_;
};

}  // namespace

std::unique_ptr<Client> make_client(net::Worker& worker,
                                    const Settings& settings,
                                    ClientFigures& figures) {
  if (settings.kind == Settings::Kind::cluster)
    return make_cluster_client(worker, settings, figures);
  auto environment = std::make_shared<Environment>(worker, settings, figures);
  const std::shared_ptr<Locator> locator = make_server_locator(environment);
  return std::make_unique<ServerClient>(std::move(environment), locator);
}

}  // namespace hawkcache::redis
