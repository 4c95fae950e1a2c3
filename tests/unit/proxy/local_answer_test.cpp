#include "proxy/local_answer.hpp"

#include "unit/http/heads.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using http::make_request;
using testing::HasSubstr;

const std::string kOwn = loop_member(0x1234);

LocalAnswer answer_for(std::string_view method, http::Lines lines) {
  return local_answer_for(make_request(method, "/", lines), kOwn);
}

TEST(LocalAnswer, EndsWhatHasNoForwardsLeft) {
  EXPECT_EQ(answer_for("OPTIONS", {{"Max-Forwards", "0"}}), LocalAnswer::allowed_methods);
  EXPECT_EQ(answer_for("TRACE", {{"Max-Forwards", "0"}}), LocalAnswer::no_trace);
  EXPECT_EQ(answer_for("TRACE", {{"Max-Forwards", "1"}}), LocalAnswer::none);
  EXPECT_EQ(answer_for("OPTIONS", {{"Max-Forwards", "x"}}), LocalAnswer::none);
  // "A recipient MAY ignore a Max-Forwards header field received with any other request methods."
  EXPECT_EQ(answer_for("GET", {{"Max-Forwards", "0"}}), LocalAnswer::none);
}

TEST(LocalAnswer, EndsALoop) {
  EXPECT_EQ(kOwn, "hawkcache; id=0000000000001234");
  EXPECT_EQ(answer_for("GET", {{"CDN-Loop", kOwn}}), LocalAnswer::loop);
  const std::string among = "other; a=\"x, y\", " + kOwn + ", third";
  EXPECT_EQ(answer_for("POST", {{"CDN-Loop", "first"}, {"cdn-loop", among}}), LocalAnswer::loop);
  EXPECT_EQ(answer_for("GET", {{"CDN-Loop", "hawkcache, hawkcache; id=1"}}), LocalAnswer::none);
}

TEST(LocalAnswer, EndsWhatHasComeByTooOften) {
  std::string via;
  for (std::size_t visits = 1; visits <= kMaxVisits; ++visits) {
    EXPECT_EQ(answer_for("GET", {{"Via", via}}), LocalAnswer::none) << visits;
    via += via.empty() ? "1.1 hawkcache" : ", 1.0 HawkCache (node), 1.1 hawkcache2, odd";
  }
  EXPECT_EQ(answer_for("GET", {{"Via", via}}), LocalAnswer::loop);
}

TEST(LocalAnswer, IsRenderedWholeWithADate) {
  const auto request = make_request("TRACE", "/", {});
  const std::string refused =
      render_local_answer(LocalAnswer::no_trace, request, http::Persistence::close, WallTime{});
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_THAT(refused, HasSubstr("\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"));
  EXPECT_THAT(refused, HasSubstr("\r\nAllow: GET, "));
  EXPECT_THAT(refused, HasSubstr("\r\nConnection: close\r\n"));
  const std::string allowed = render_local_answer(
      LocalAnswer::allowed_methods, request, http::Persistence::keep_alive, WallTime{});
  EXPECT_TRUE(allowed.starts_with("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_TRUE(allowed.ends_with("\r\nContent-Length: 0\r\n\r\n"));
  const std::string loop =
      render_local_answer(LocalAnswer::loop, request, http::Persistence::keep_alive, WallTime{});
  EXPECT_TRUE(loop.starts_with("HTTP/1.1 508 Loop Detected\r\n"));
}

}  // namespace
}  // namespace hawkcache::proxy
