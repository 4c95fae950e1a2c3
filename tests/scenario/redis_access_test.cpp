// The user that docs/operations.md proposes: it may do all that hawkcache does, and no more.
#include "scenario/support/redis_scenario.hpp"

#include <fstream>
#include <sstream>

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::CliReply;
using testing_support::RedisCli;
using testing_support::RedisServer;

// The words of the page's line `ACL SETUSER hawkcache ...`, with a password.
RedisCli::Words documented_user() {
  std::ifstream page(HAWKCACHE_SOURCE_DIR "/docs/operations.md");
  for (std::string line; std::getline(page, line);) {
    if (line.find("    ACL SETUSER hawkcache ") != 0) continue;
    std::istringstream text(line);
    RedisCli::Words words;
    for (std::string word; text >> word;) words.push_back(word == ">PASSWORD" ? ">secret" : word);
    return words;
  }
  return {};
}

class RedisAccess : public OnDeployment {
 protected:
  RedisAccess() {
    prefix = "hawkcache:";  // the page's
    const RedisCli::Words user = documented_user();
    if (user.empty()) throw std::runtime_error("no ACL SETUSER in docs/operations.md");
    for (const RedisServer* server : redis.servers()) {
      server->cli().text(user);
      server->cli().text({"ACL", "LOG", "RESET"});
    }
  }
  std::vector<std::string> refused() const {
    std::vector<std::string> all;
    for (const RedisServer* server : redis.servers()) {
      for (const CliReply& entry : server->cli().run({"ACL", "LOG"}).elements) {
        std::string words;
        for (const CliReply& word : entry.elements) words += word.text + " ";
        all.push_back(words);
      }
    }
    return all;
  }

  static constexpr const char* kRoutes =
      "- path: /short\n  ttl: 1s\n  tags: [t]\n"
      "- path: /{name}\n  ttl: 1h\n  tags: [t, \"{name}\"]\n  coalesce: cluster\n";
};

TEST_P(RedisAccess, IsEnoughForEverything) {
  const auto user_node = [this](Backend backend) {
    return make_node({.backend = backend, .routes = kRoutes, .credentials = "hawkcache:secret@"});
  };
  a = user_node(Backend::redis);
  b = user_node(Backend::tiered);
  clock.advance(1s);
  EXPECT_EQ(a->purge(R"({"all": true})").status, 200);
  const auto takes = [&](const std::string& purge) {
    EXPECT_EQ(x_cache(*a, "/a"), "HIT");
    EXPECT_EQ(a->purge(purge).status, 200) << purge;
    EXPECT_EQ(x_cache(*a, "/a"), "MISS") << purge;
  };
  for (const std::string target : {"/a", "/b", "/short"}) {
    EXPECT_EQ(x_cache(*a, target), "MISS");
    EXPECT_EQ(x_cache(*a, target), "HIT");
    EXPECT_EQ(x_cache(*b, target), "HIT");
  }
  EXPECT_GE(a->metric("hawkcache_redis_leases_taken_total"), 2);
  EXPECT_EQ(b->metric("hawkcache_redis_push_connected"), 1);
  for (const std::string purge : {R"({"tags": ["t"]})",
                                  R"({"tags": ["a"], "soft": true})",
                                  R"({"urls": ["/a"]})",
                                  R"({"prefixes": ["/"]})",
                                  R"({"all": true})"}) {
    takes(purge);
  }
  // What was swept, deleted by hand, or ended by itself.
  EXPECT_TRUE(eventually([&] { return a->metric("hawkcache_redis_swept_total") > 0; }));
  const double heard = b->metric("hawkcache_redis_invalidations_received_total");
  EXPECT_EQ(x_cache(*b, "/a"), "HIT");
  for (const std::string& response : names_of("r:")) cli_of(response).run({"DEL", response});
  EXPECT_TRUE(eventually(
      [&] { return b->metric("hawkcache_redis_invalidations_received_total") > heard; }));
  EXPECT_EQ(x_cache(*a, "/a"), "MISS");
  clock.advance(2s);
  EXPECT_EQ(x_cache(*a, "/short"), "MISS");
  for (const auto* node : {&a, &b}) EXPECT_TRUE(uses_redis(**node));
  EXPECT_THAT(refused(), IsEmpty());
}

TEST_P(RedisAccess, IsNoMoreThanThat) {
  for (const RedisServer* server : redis.servers()) {
    RedisCli cli = server->cli();
    cli.text({"AUTH", "hawkcache", "secret"});
    const std::vector<RedisCli::Words> forbidden{{"KEYS", "*"},
                                                 {"FLUSHALL"},
                                                 {"FLUSHDB"},
                                                 {"CONFIG", "GET", "*"},
                                                 {"SHUTDOWN"},
                                                 {"MONITOR"},
                                                 {"GET", "another:name"},
                                                 {"SUBSCRIBE", "another-channel"}};
    for (const RedisCli::Words& words : forbidden) {
      const CliReply reply = cli.run(words);
      EXPECT_TRUE(reply.is_error()) << words.front();
      EXPECT_THAT(reply.text, HasSubstr("NOPERM")) << words.front();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(On,
                         RedisAccess,
                         ::testing::Values(Deployment::one_server, Deployment::cluster),
                         name_of_deployment);

}  // namespace
}  // namespace hawkcache::scenario
