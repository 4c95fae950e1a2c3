#include "admin/redis_documents.hpp"

#include <string>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace hawkcache::admin {
namespace {

shared_store::RedisSnapshot sample() {
  shared_store::RedisSnapshot redis;
  redis.state = shared_store::RedisState::joining;
  redis.hits = 6;
  redis.purges_deferred = 2;
  redis.purges_waiting = 1;
  redis.followed_epoch = 1'234;
  redis.push_connected = true;
  redis.values_rejected[static_cast<std::size_t>(shared_store::RejectedValue::checksum)] = 3;
  redis.clients.commands = 20;
  redis.clients.refused = 4;
  redis.clients.connections = 5;
  redis.clients.latency = {8, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1};
  redis.clients.latency_sum_us = 1'500'250;
  return redis;
}

TEST(RedisMetrics, ShowClientsStoreAndState) {
  observe::PrometheusText text;
  add_redis(text, sample());
  const std::string shown = text.take();
  for (const std::string_view line :
       {"hawkcache_redis_state 1\n",
        "hawkcache_redis_push_connected 1\n",
        "hawkcache_redis_followed_epoch 1234\n",
        "hawkcache_redis_hits_total 6\n",
        "hawkcache_redis_purges_deferred_total 2\n",
        "hawkcache_redis_purges_waiting 1\n",
        "hawkcache_redis_values_rejected_total{reason=\"checksum\"} 3\n",
        "hawkcache_redis_values_rejected_total{reason=\"foreign\"} 0\n",
        "hawkcache_redis_commands_total 20\n",
        "hawkcache_redis_commands_refused_total 4\n",
        "hawkcache_redis_connections 5\n",
        "# TYPE hawkcache_redis_command_duration_seconds histogram\n",
        "hawkcache_redis_command_duration_seconds_bucket{le=\"0.0001\"} 8\n",
        "hawkcache_redis_command_duration_seconds_bucket{le=\"0.001\"} 10\n",
        "hawkcache_redis_command_duration_seconds_bucket{le=\"0.1\"} 10\n",
        "hawkcache_redis_command_duration_seconds_bucket{le=\"+Inf\"} 11\n",
        "hawkcache_redis_command_duration_seconds_sum 1.500250\n",
        "hawkcache_redis_command_duration_seconds_count 11\n"}) {
    EXPECT_NE(shown.find(line), std::string::npos) << line;
  }
}

TEST(RedisStats, AreOneJsonObject) {
  JsonWriter json;
  write_redis(json, sample());
  const boost::json::value shown = boost::json::parse(json.take());
  EXPECT_EQ(shown.at("state").as_string(), "joining");
  EXPECT_EQ(shown.at("hits").as_int64(), 6);
  EXPECT_EQ(shown.at("purges_waiting").as_int64(), 1);
  EXPECT_TRUE(shown.at("push_connected").as_bool());
  EXPECT_EQ(shown.at("values_rejected").at("checksum").as_int64(), 3);
  EXPECT_EQ(shown.at("commands").as_int64(), 20);
  EXPECT_EQ(shown.at("latency_sum_us").as_int64(), 1'500'250);
}

}  // namespace
}  // namespace hawkcache::admin
