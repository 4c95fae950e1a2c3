// Short verbs for tests of the upstream pool.
#pragma once

#include "net/server_choice.hpp"
#include "net/upstream_pool.hpp"
#include "unit/net/loop.hpp"
#include "unit/net/scripted_origin.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::net::test {

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
inline constexpr std::string_view kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
inline constexpr std::string_view kChunkedPost =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
inline constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Answer {
  ErrorCode start_error;
  int status = 0;
  std::string body;
  ErrorCode body_error;
};

inline Awaitable<Answer> exchange_to_end(std::shared_ptr<UpstreamExchange> exchange,
                                         UpstreamRequest request) {
  Answer answer;
  const Result<const http::ResponseHead*> head = co_await exchange->start(std::move(request));
  if (head.has_error()) {
    answer.start_error = head.error();
    co_await exchange->finish();
    co_return answer;
  }
  answer.status = (*head)->status;
  for (;;) {
    const Result<std::string_view> piece = co_await exchange->read_body();
    if (piece.has_error()) answer.body_error = piece.error();
    if (piece.has_error() || piece->empty()) break;
    answer.body += *piece;
  }
  co_await exchange->finish();
  co_return answer;
}

inline Awaitable<bool> finished(std::shared_ptr<UpstreamExchange> exchange) {
  co_await exchange->finish();
  co_return true;
}

class UpstreamTest : public testing::Test {
 protected:
  void use(std::vector<std::uint16_t> ports) {
    for (const std::uint16_t port : ports) settings.servers.push_back({"127.0.0.1", port});
    upstream = make_upstream_pool(loop.worker, settings, make_server_failures(settings));
  }

  static UpstreamRequest get() { return {.method = http::Method::get, .head = std::string(kGet)}; }
  static UpstreamRequest post() {
    return {.method = http::Method::post, .head = std::string(kPost), .whole_body = "hi"};
  }
  static UpstreamRequest post(BodySource& body) {
    return {.method = http::Method::post,
            .head = std::string(kChunkedPost),
            .body = &body,
            .coding = UpstreamRequest::BodyCoding::chunked};
  }

  Answer fetch(UpstreamRequest request) {
    std::shared_ptr<UpstreamExchange> exchange = upstream->make_exchange();
    return loop.run(exchange_to_end(std::move(exchange), std::move(request)));
  }

  Loop loop;
  UpstreamSettings settings;
  std::shared_ptr<Upstream> upstream;
};

}  // namespace hawkcache::net::test
