// What the admin listener shows of a store on Redis: its part of /metrics and of /v1/stats. Values
// in, text out; no label comes from outside.
#pragma once

#include "base/json.hpp"
#include "observe/prometheus.hpp"
#include "store/redis_figures.hpp"

namespace hawkcache::admin {

void add_redis(observe::PrometheusText& text, const store::RedisSnapshot& redis);
// REQUIRES: the value of a member is due.
void write_redis(JsonWriter& json, const store::RedisSnapshot& redis);

}  // namespace hawkcache::admin
