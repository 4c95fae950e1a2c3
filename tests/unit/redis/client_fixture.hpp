// Short verbs for tests of a client.
#pragma once

#include "redis/client.hpp"
#include "unit/net/loop.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

namespace hawkcache::redis::test {

inline constexpr Duration kLong{20'000};

using Replies = std::vector<Reply>;

template <class... Commands>
std::vector<Command> commands(Commands... command) {
  std::vector<Command> list;
  (list.push_back(std::move(command)), ...);
  return list;
}
inline Command get(std::string_view key) { return {key, {"GET", key}}; }
inline Command set(std::string_view key, std::string_view value) {
  return {key, {"SET", key, value}};
}

// Replies as one line: "(nil)", "+OK", "-ERR x", "text", ":1", "[a, b]", "!the failure".
inline std::string text_of(const Reply& reply) {
  switch (reply.type) {
    case Reply::Type::nil:
      return "(nil)";
    case Reply::Type::status:
      return "+" + reply.text;
    case Reply::Type::error:
      return "-" + reply.text;
    case Reply::Type::text:
      return reply.text;
    case Reply::Type::integer:
      return ":" + std::to_string(reply.integer);
    case Reply::Type::none:
      return "!" + reply.failure.message();
    case Reply::Type::array:
      break;
  }
  std::string text;
  for (const Reply& element : reply.elements) text += (text.empty() ? "" : ", ") + text_of(element);
  return "[" + text + "]";
}
inline std::string text_of(const Replies& replies) {
  std::string text;
  for (const Reply& reply : replies) text += (text.empty() ? "" : " ") + text_of(reply);
  return text;
}
inline std::string failure(Errc code) { return "!" + make_error_code(code).message(); }

class ClientTest : public testing::Test {
 protected:
  void connect() { client = make_client(loop.worker, settings, figures); }
  void connect_to(std::uint16_t port) {
    settings.nodes = {{"127.0.0.1", port}};
    connect();
  }

  Replies call(std::vector<Command> commands, Duration timeout = kLong, Lane lane = Lane::lookups) {
    return loop.run(client->call(lane, std::move(commands), timeout));
  }
  std::string ask(Command command, Duration timeout = kLong) {
    return text_of(call(commands(std::move(command)), timeout));
  }

  // Calls that run at the same time; all started before any is waited for.
  struct Pending {
    std::optional<Replies> replies;
  };
  std::shared_ptr<Pending> start(std::vector<Command> list, Duration timeout = kLong) {
    auto pending = std::make_shared<Pending>();
    net::asio::co_spawn(loop.worker.executor(),
                        client->call(Lane::lookups, std::move(list), timeout),
                        [pending](const std::exception_ptr& exception, Replies replies) {
                          if (exception) std::rethrow_exception(exception);
                          pending->replies = std::move(replies);
                        });
    return pending;
  }
  std::string end(const std::shared_ptr<Pending>& pending) {
    loop.turn_until([&] { return pending->replies.has_value(); });
    return text_of(*pending->replies);
  }

  ClientFigures figures;  // outlives the worker
  net::test::Loop loop;
  Settings settings;
  std::unique_ptr<Client> client;
};

}  // namespace hawkcache::redis::test
