// The handler against an exchange of memory: no sockets. The io_context only turns the coroutine.
#include "admin/admin_handler.hpp"

#include "unit/admin/fake_daemon.hpp"
#include "unit/admin/parsed_request.hpp"
#include "unit/net/memory_exchange.hpp"

#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

namespace hawkcache::admin {
namespace {

using net::test::MemoryExchange;

class AdminHandlerTest : public ::testing::Test {
 protected:
  MemoryExchange& ask(std::string_view lines,
                      std::deque<std::string> body = {},
                      ErrorCode body_error = {}) {
    request_ = std::make_unique<ParsedRequest>(lines);
    exchange_ = std::make_unique<MemoryExchange>(context_, request_->request(), std::move(body));
    exchange_->body_error = body_error;
    net::asio::co_spawn(context_, handler_.handle(*exchange_), net::asio::detached);
    context_.restart();
    context_.run();
    return *exchange_;
  }
  MemoryExchange& post_purge(const std::string& body,
                             std::string_view fields = "Content-Type: application/json\n") {
    return ask("POST /v1/purge HTTP/1.1\nHost: localhost\nContent-Length: " +
                   std::to_string(body.size()) + "\n" + std::string(fields),
               {body});
  }
  static int status(const MemoryExchange& exchange) {
    return std::stoi(exchange.written.substr(9, 3));
  }
  static std::string body(const MemoryExchange& exchange) {
    return exchange.written.substr(exchange.written.find("\r\n\r\n") + 4);
  }

  FakeDaemon daemon_;
  net::asio::io_context context_{1};
  std::unique_ptr<ParsedRequest> request_;
  std::unique_ptr<MemoryExchange> exchange_;
  AdminHandler handler_{daemon_.context, daemon_.counters.worker(0)};
};

TEST_F(AdminHandlerTest, AnswersEveryEndpoint) {
  for (const std::string_view path : {"/",
                                      "/healthz",
                                      "/readyz",
                                      "/metrics",
                                      "/v1/stats",
                                      "/v1/routes",
                                      "/v1/explain?url=/users/1",
                                      "/v1/schema"}) {
    SCOPED_TRACE(path);
    const auto& got = ask("GET " + std::string(path) + " HTTP/1.1\nHost: localhost\n");
    EXPECT_EQ(status(got), 200);
    EXPECT_FALSE(body(got).empty());
    EXPECT_NE(got.written.find("Cache-Control: no-store\r\n"), std::string::npos);
    const auto& head = ask("HEAD " + std::string(path) + " HTTP/1.1\nHost: localhost\n");
    EXPECT_EQ(status(head), 200);
    EXPECT_TRUE(body(head).empty());
  }
}

TEST_F(AdminHandlerTest, TheDashboardComesWhateverIsAccepted) {
  const std::string got = ask("GET / HTTP/1.1\nHost: localhost\nAccept: text/plain\n").written;
  for (const std::string_view field : {"Content-Type: text/html; charset=utf-8\r\n",
                                       "X-Content-Type-Options: nosniff\r\n",
                                       "Referrer-Policy: no-referrer\r\n",
                                       "Content-Security-Policy: default-src 'none'; "})
    EXPECT_NE(got.find(field), std::string::npos) << field;
  const std::string head = ask("HEAD / HTTP/1.1\nHost: localhost\n").written;
  EXPECT_EQ(head, got.substr(0, got.find("\r\n\r\n") + 4));
}

TEST_F(AdminHandlerTest, PurgesAndAnswersTheNumber) {
  const auto& exchange = post_purge(R"({"tags": ["user:42"]})");
  EXPECT_EQ(status(exchange), 200);
  EXPECT_EQ(body(exchange), "{\"purged\":17}\n");
  ASSERT_EQ(daemon_.store.purges.size(), 1U);
  EXPECT_EQ(daemon_.store.purges[0].tags, (std::vector<std::string>{"user:42"}));
  EXPECT_EQ(daemon_.counters.total(observe::Counter::purges), 1U);
}

TEST_F(AdminHandlerTest, APurgeThatDidNotReachTheSharedStoreSaysSo) {
  daemon_.store.answer = make_error_code(Errc::store_unavailable);
  const auto& exchange = post_purge(R"({"tags": ["user:42"]})");
  EXPECT_EQ(status(exchange), 503);
  EXPECT_NE(exchange.written.find("application/problem+json"), std::string::npos);
  EXPECT_NE(body(exchange).find("in force on this node"), std::string::npos);
  EXPECT_NE(body(exchange).find("Asking again is safe"), std::string::npos);
  ASSERT_EQ(daemon_.store.purges.size(), 1U);
  EXPECT_EQ(daemon_.counters.total(observe::Counter::purges), 1U);
  EXPECT_EQ(daemon_.counters.total(observe::Counter::purges_deferred), 1U);
}

TEST_F(AdminHandlerTest, ReadsABodyThatComesInPieces) {
  const auto& exchange =
      ask("POST /v1/purge HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\nContent-Type: "
          "application/json\n",
          {"{\"ta", "gs\": [", "\"a\"]}"});
  EXPECT_EQ(status(exchange), 200);
  ASSERT_EQ(daemon_.store.purges.size(), 1U);
}

TEST_F(AdminHandlerTest, PurgesByMethod) {
  EXPECT_EQ(status(ask("PURGE /users/42 HTTP/1.1\nHost: localhost\n")), 200);
  ASSERT_EQ(daemon_.store.purges.size(), 1U);
  EXPECT_EQ(daemon_.store.purges[0].urls[0].path_and_query, "/users/42");
}

TEST_F(AdminHandlerTest, ABadPurgeIsRefusedAndPurgesNothing) {
  EXPECT_EQ(status(post_purge("{}")), 400);
  EXPECT_EQ(status(post_purge(R"({"all": true}{})")), 400);
  EXPECT_EQ(status(post_purge(R"({"all": true})", "Content-Type: text/plain\n")), 415);
  EXPECT_EQ(status(post_purge(R"({"all": true})", "")), 415);
  EXPECT_EQ(status(ask("POST /v1/purge HTTP/1.1\nHost: localhost\n")), 400);
  EXPECT_EQ(status(ask("PURGE /healthz HTTP/1.1\nHost: localhost\n")), 405);
  EXPECT_TRUE(daemon_.store.purges.empty());
}

TEST_F(AdminHandlerTest, OnlyAPurgeIsToldHowToPurgeSuchAPath) {
  constexpr std::string_view kAdvice = "name it in POST /v1/purge";
  for (const std::string request :
       {"GET /v1/purge", "POST /healthz", "TRACE /", "PURGE /healthz", "PURGE /v1/purge"}) {
    SCOPED_TRACE(request);
    const auto& exchange = ask(request + " HTTP/1.1\nHost: localhost\n");
    EXPECT_EQ(status(exchange), 405);
    EXPECT_EQ(body(exchange).find(kAdvice) != std::string::npos, request.starts_with("PURGE"));
  }
}

TEST_F(AdminHandlerTest, ABodyOverTheLimitIsNotBuffered) {
  daemon_.settings.max_body = 10;
  const auto& announced = post_purge(R"({"tags": ["user:42"]})");
  EXPECT_EQ(status(announced), 413);
  EXPECT_EQ(announced.read, 0U);
  EXPECT_NE(announced.written.find("Connection: close\r\n"), std::string::npos);
  const auto& chunked =
      ask("POST /v1/purge HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\nContent-Type: "
          "application/json\n",
          {"{\"tags\":", " [\"a\"]", "}", "   "});
  EXPECT_EQ(status(chunked), 413);
  EXPECT_TRUE(daemon_.store.purges.empty());
}

TEST_F(AdminHandlerTest, ABodyThatBreaksOffPurgesNothing) {
  const auto ask_with = [&](Errc error) -> MemoryExchange& {
    return ask(
        "POST /v1/purge HTTP/1.1\nHost: localhost\nContent-Length: 100\nContent-Type: "
        "application/json\n",
        {R"({"all": true})"},
        error);
  };
  EXPECT_EQ(status(ask_with(Errc::body_malformed)), 400);
  EXPECT_EQ(status(ask_with(Errc::body_truncated)), 400);
  EXPECT_EQ(status(ask_with(Errc::client_timeout)), 408);
  EXPECT_TRUE(ask_with(Errc::client_gone).aborted);
  EXPECT_TRUE(daemon_.store.purges.empty());
}

TEST_F(AdminHandlerTest, WithoutTheTokenNothingIsReadOrDone) {
  daemon_.settings.token = "secret-token";
  const auto& purge = post_purge(R"({"all": true})");
  EXPECT_EQ(status(purge), 401);
  EXPECT_EQ(purge.read, 0U);
  EXPECT_NE(purge.written.find("WWW-Authenticate: Bearer"), std::string::npos);
  EXPECT_NE(purge.written.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(purge.written.find("secret-token"), std::string::npos);
  for (const std::string_view line : {"GET /metrics",
                                      "GET /",
                                      "GET /nothing",
                                      "POST /v1/reload",
                                      "PURGE /x",
                                      "POST /healthz",
                                      "GET /v1/stats"}) {
    SCOPED_TRACE(line);
    EXPECT_EQ(status(ask(std::string(line) + " HTTP/1.1\nHost: localhost\n")), 401);
  }
  EXPECT_TRUE(daemon_.store.purges.empty());
  EXPECT_EQ(daemon_.reloads, 0);
  EXPECT_EQ(status(ask("GET /healthz HTTP/1.1\nHost: anything.example\nOrigin: http://x\n")), 200);
  EXPECT_EQ(status(ask("GET /readyz HTTP/1.1\nHost: anything.example\n")), 200);
  const auto& granted =
      ask("GET /v1/stats HTTP/1.1\nHost: admin.example\nAuthorization: Bearer secret-token\n");
  EXPECT_EQ(status(granted), 200);
  EXPECT_EQ(granted.written.find("secret-token"), std::string::npos);
}

TEST_F(AdminHandlerTest, AWebPageIsRefused) {
  EXPECT_EQ(status(post_purge(R"({"all": true})",
                              "Content-Type: application/json\nOrigin: http://evil.example\n")),
            403);
  EXPECT_EQ(status(ask("GET /v1/stats HTTP/1.1\nHost: evil.example\n")), 403);
  EXPECT_EQ(status(ask("GET / HTTP/1.1\nHost: evil.example\n")), 403);
  EXPECT_TRUE(daemon_.store.purges.empty());
}

TEST_F(AdminHandlerTest, ReloadTellsHowItWent) {
  EXPECT_EQ(status(ask("POST /v1/reload HTTP/1.1\nHost: localhost\n")), 200);
  daemon_.report = {.status = ReloadReport::Status::rejected,
                    .messages = {"hawkcache.yaml:3:5: error: unknown key"}};
  const auto& rejected = ask("POST /v1/reload HTTP/1.1\nHost: localhost\n");
  EXPECT_EQ(status(rejected), 422);
  EXPECT_NE(body(rejected).find("hawkcache.yaml:3:5"), std::string::npos);
  EXPECT_EQ(daemon_.reloads, 2);
}

TEST_F(AdminHandlerTest, DrainingIsNotReadyButHealthy) {
  daemon_.readiness.state = Readiness::State::draining;
  EXPECT_EQ(status(ask("GET /readyz HTTP/1.1\nHost: localhost\n")), 503);
  EXPECT_EQ(status(ask("GET /healthz HTTP/1.1\nHost: localhost\n")), 200);
}

TEST_F(AdminHandlerTest, ExplainsByPostToo) {
  const std::string question = R"({"url": "/users/42", "headers": {"Accept-Language": "de"}})";
  const auto& exchange =
      ask("POST /v1/explain HTTP/1.1\nHost: localhost\nContent-Type: "
          "application/json\nContent-Length: " +
              std::to_string(question.size()) + "\n",
          {question});
  EXPECT_EQ(status(exchange), 200);
  EXPECT_NE(body(exchange).find("user:42"), std::string::npos);
  EXPECT_EQ(status(ask("GET /v1/explain HTTP/1.1\nHost: localhost\n")), 400);
}

TEST_F(AdminHandlerTest, UnknownPathsAndMethodsAreProblems) {
  const auto& missing = ask("GET /v1/nothing HTTP/1.1\nHost: localhost\n");
  EXPECT_EQ(status(missing), 404);
  EXPECT_NE(missing.written.find("Content-Type: application/problem+json\r\n"), std::string::npos);
  const auto& method = ask("GET /v1/purge HTTP/1.1\nHost: localhost\n");
  EXPECT_EQ(status(method), 405);
  EXPECT_NE(method.written.find("Allow: POST\r\n"), std::string::npos);
}

}  // namespace
}  // namespace hawkcache::admin
