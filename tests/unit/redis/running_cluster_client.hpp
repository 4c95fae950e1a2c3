// A client of a cluster on a running worker of its own, asked from the test's thread.
#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"
#include "net/worker.hpp"
#include "redis/client.hpp"
#include "redis/cluster_client.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"
#include "redis/settings.hpp"
#include "support/redis_cluster.hpp"

#include <exception>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace hawkcache::redis {

// Runs a coroutine on a running worker.
template <class T>
std::future<T> begin(net::Worker& worker, net::Awaitable<T> coroutine) {
  auto promise = std::make_shared<std::promise<T>>();
  std::future<T> result = promise->get_future();
  net::asio::co_spawn(worker.executor(),
                      std::move(coroutine),
                      [promise](const std::exception_ptr& exception, T value) {
                        if (exception) {
                          promise->set_exception(exception);
                        } else {
                          promise->set_value(std::move(value));
                        }
                      });
  return result;
}

inline Settings settings_of(const testing_support::RedisCluster& cluster, std::string password) {
  Settings settings;
  settings.kind = Settings::Kind::cluster;
  settings.password = std::move(password);
  settings.timeout = Duration(2000);  // of a machine with other things to do
  for (std::size_t i = 0; i < cluster.masters(); ++i) {
    settings.nodes.push_back({"127.0.0.1", cluster.node(i).port()});
  }
  return settings;
}

class RunningClusterClient {
 public:
  explicit RunningClusterClient(const Settings& settings)
      : client_(make_cluster_client(worker_, settings, figures)) {
    worker_.start();
  }
  ~RunningClusterClient() {
    worker_.stop();
    worker_.join();
  }
  RunningClusterClient(const RunningClusterClient&) = delete;
  RunningClusterClient& operator=(const RunningClusterClient&) = delete;

  std::future<std::vector<Reply>> begin_call(std::vector<Command> commands, Duration timeout) {
    return begin(worker_, client_->call(Lane::lookups, std::move(commands), timeout));
  }
  std::vector<Reply> call(std::vector<Command> commands, Duration timeout = Duration(10'000)) {
    return begin_call(std::move(commands), timeout).get();
  }
  Reply call(Command command, Duration timeout = Duration(10'000)) {
    std::vector<Command> commands;
    commands.push_back(std::move(command));
    return std::move(call(std::move(commands), timeout).front());
  }
  Reply get(const std::string& key, Duration timeout = Duration(10'000)) {
    return call(Command(key, {"GET", key}), timeout);
  }
  Reply set(const std::string& key, const std::string& value) {
    return call(Command(key, {"SET", key, value}));
  }
  std::size_t masters() {
    std::promise<std::size_t> count;
    worker_.post([&] { count.set_value(client_->masters()); });
    return count.get_future().get();
  }
  void reconnect() {
    std::promise<void> done;
    worker_.post([&] {
      client_->reconnect();
      done.set_value();
    });
    done.get_future().get();
  }
  net::Worker& worker() { return worker_; }
  Client& client() { return *client_; }

  ClientFigures figures;

 private:
  SystemClock clock_;
  net::Worker worker_{0, clock_};
  std::unique_ptr<Client> client_;  // goes before the worker does
};

}  // namespace hawkcache::redis
