// What the admin listener shows of a store on Redis: its part of /metrics and of /v1/stats. Values
// in, text out; no label comes from outside.
#pragma once

#include "base/json.hpp"
#include "observe/prometheus.hpp"
#include "shared_store/redis_figures.hpp"

namespace hawkcache::admin {

void add_redis(observe::PrometheusText& text, const shared_store::RedisSnapshot& redis);
// REQUIRES: the value of a member is due.
void write_redis(JsonWriter& json, const shared_store::RedisSnapshot& redis);

}  // namespace hawkcache::admin
