// What one client asks for, or how slowly it reads, changes nothing for the others.
#include "scenario/support/crowd.hpp"

namespace hawkcache::scenario {
namespace {

class OneClient : public CrowdScenario {};

TEST_F(OneClient, GetsAnAnswerThatMustBeValidatedForItselfAlone) {
  start("- path: /{rest:path}");
  int kind = 0;
  for (const char* directives : {"no-cache", "s-maxage=0", "max-age=0"}) {
    SCOPED_TRACE(directives);
    const std::string target = "/" + std::to_string(kind++);
    const std::string gate = "gate" + target;
    origin.on(target, [gate, directives](OriginExchange& exchange) {
      const std::string body = "#" + std::to_string(exchange.request().number);
      exchange.hold(gate);
      exchange.respond(body, {{"Cache-Control", directives}, {"ETag", "\"" + body + "\""}});
    });
    auto all = clients(3);
    ask(all, target, gate);
    origin.gate(gate).admit_one();
    EXPECT_EQ(all[0].read().body, "#1");
    EXPECT_TRUE(origin.gate(gate).wait_for(3));
    origin.gate(gate).open();
    EXPECT_NE(all[1].read().body, all[2].read().body);
  }
}

TEST_F(OneClient, WithCredentialsDoesNotKeepTheOthersFromSharingAFetch) {
  start("- path: /{rest:path}");
  origin.on("/a", [](OriginExchange& exchange) {
    if (!exchange.request().fields.has("authorization")) exchange.hold("anonymous");
    exchange.respond("a", {});
  });
  EXPECT_EQ(get("/a", {{"Authorization", "Bearer 1"}}).x_cache(), "MISS");
  auto all = clients(5);
  ask(all, "/a", "anonymous");
  origin.gate("anonymous").open();
  for (Client& one : all) EXPECT_EQ(one.read().body, "a");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(OneClient, CannotThrowOutAnEntryByItsOwnDirectives) {
  start("- path: /{rest:path}\n  request_cache_control: honor");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond("a", {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}});
  });
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(x_cache("/a", {{"Cache-Control", "no-store, no-cache"}}), "MISS");
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(OneClient, ThatSendsAnEmptyBodyIsAnsweredFromTheStore) {
  start("- path: /{rest:path}");
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(x_cache("/a", {{"Content-Length", "0"}}), "HIT");
}

TEST_F(OneClient, WithoutAHostInvalidatesNothingOfOtherHosts) {
  start("- path: /{rest:path}");
  EXPECT_EQ(x_cache("/a"), "MISS");
  Client old = client();
  old.send("POST /a HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(old.read("POST").status, 200);
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(OneClient, WithoutAHostIsPurgedUnderTheNameThatIsForwarded) {
  start("- path: /{rest:path}");
  const auto ask_without_host = [this] {
    Client old = client();
    old.send("GET /a HTTP/1.0\r\n\r\n");
    return old.read().x_cache();
  };
  EXPECT_EQ(ask_without_host(), "MISS");
  EXPECT_EQ(ask_without_host(), "HIT");
  const std::string url = "http://127.0.0.1:" + std::to_string(origin.port()) + "/a";
  purge(R"({"urls": [")" + url + R"("]})");
  EXPECT_EQ(ask_without_host(), "MISS");
}

// 24 MiB, more than is stored, and one client that reads nothing at all of it.
TEST_F(OneClient, ThatDoesNotReadHoldsNobodyUpOnAnAnswerThatOutgrowsTheStore) {
  start("- path: /{rest:path}");
  constexpr std::size_t kPiece = 256 * 1024;
  constexpr std::size_t kPieces = 96;
  origin.on("/big", [](OriginExchange& exchange) {
    exchange.hold("big");
    exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string piece(kPiece, 'x');
    for (std::size_t i = 0; i < kPieces; ++i) exchange.send("40000\r\n" + piece + "\r\n");
    exchange.send("0\r\n\r\n");
  });
  auto all = clients(2);
  ask(all, "/big", "big");
  origin.gate("big").open();
  const Response answer = all[1].read();  // the first is not read from
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body.size(), kPiece * kPieces);
}

}  // namespace
}  // namespace hawkcache::scenario
