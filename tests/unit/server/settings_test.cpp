#include "server/settings.hpp"

#include "config/addresses.hpp"

#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::server {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

config::Config with_redis(std::string_view url) {
  config::Config config;
  config.store.backend = config::StoreBackend::redis;
  config.store.redis.url = std::get<config::RedisUrl>(config::parse_redis_url(url));
  return config;
}

TEST(RedisSettings, AreWhatTheUrlSays) {
  using Kind = redis::Settings::Kind;
  const redis::Settings settings = redis_settings(with_redis("rediss://user:p%40ss@[::1]:6380/3"));
  EXPECT_EQ(settings.kind, Kind::tls);
  EXPECT_THAT(settings.nodes, ElementsAre(redis::Endpoint{"::1", 6380}));
  EXPECT_EQ(settings.user, "user");
  EXPECT_EQ(settings.password, "p@ss");
  EXPECT_EQ(settings.database, 3);
  EXPECT_EQ(settings.timeout, 50ms);

  const redis::Settings sentinel = redis_settings(with_redis("redis+sentinel://h1,h2:1/main"));
  EXPECT_EQ(sentinel.kind, Kind::sentinel);
  EXPECT_THAT(sentinel.nodes, ElementsAre(redis::Endpoint{"h1", 26379}, redis::Endpoint{"h2", 1}));
  EXPECT_EQ(sentinel.master_name, "main");

  EXPECT_EQ(redis_settings(with_redis("unix:///run/redis.sock")).socket_path, "/run/redis.sock");
  EXPECT_EQ(redis_settings(with_redis("unix:///run/redis.sock")).kind, Kind::unix_socket);
  EXPECT_EQ(redis_settings(with_redis("redis+cluster://h:1")).kind, Kind::cluster);
  EXPECT_EQ(redis_settings(with_redis("redis://h")).kind, Kind::tcp);
}

TEST(RedisSettings, AConnectionOutlivesItsCallersPatience) {
  config::Config config = with_redis("redis://h");
  EXPECT_EQ(redis_settings(config).stall_timeout, redis::Settings().stall_timeout);
  config.store.redis.timeout = 5s;
  EXPECT_GT(redis_settings(config).stall_timeout, 5s);
}

TEST(AdminConnections, AreAsManyAsTheDescriptorsAllow) {
  EXPECT_EQ(admin_connection_limit(1024), 256U);
  EXPECT_EQ(admin_connection_limit(8192), 512U);
  EXPECT_EQ(admin_connection_limit(1U << 20U), 1024U);
}

TEST(RedisSettings, AKeyHasAsManyVariantsAsInMemory) {
  config::Config config = with_redis("redis://h");
  config.limits.variants = 7;
  EXPECT_EQ(redis_store_settings(config).max_variants, 7U);
  EXPECT_EQ(memory_settings(config).max_variants, 7U);
}

}  // namespace
}  // namespace hawkcache::server
