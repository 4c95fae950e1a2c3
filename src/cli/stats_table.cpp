#include "cli/stats_table.hpp"

#include "base/utf8.hpp"
#include "cli/stats_values.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace hawkcache::cli {
namespace {

namespace json = boost::json;

void add_store(std::string& out, const json::value* store) {
  fmt::format_to(std::back_inserter(out),
                 "store        {}: {} of {} entries, {} of {}\n"
                 "             {} evicted, {} expired, {} purged; {}, {} remembered\n",
                 text(store, "backend"),
                 number(store, "entries"),
                 number(store, "max_entries"),
                 bytes(number(store, "bytes")),
                 bytes(number(store, "max_bytes")),
                 number(store, "evicted"),
                 number(store, "expired"),
                 number(store, "purged"),
                 counted(number(store, "tags"), "tag"),
                 counted(number(store, "fences"), "purge"));
}

std::string mean_latency(const json::value* redis) {
  const std::uint64_t commands = number(redis, "commands");
  if (commands == 0) return "-";
  constexpr double kMicrosecondsPerMillisecond = 1000.0;
  return fmt::format("{:.2f} ms",
                     static_cast<double>(number(redis, "latency_sum_us")) /
                         kMicrosecondsPerMillisecond / static_cast<double>(commands));
}

void add_redis(std::string& out, const json::value* redis) {
  const json::value* push = member(redis, "push_connected");
  const bool told = push != nullptr && push->is_bool() && push->get_bool();
  fmt::format_to(std::back_inserter(out),
                 "redis        {}: {}, {}, {} stored, {} unavailable; {}, {} waiting; push {}\n"
                 "             {}, {}, {}, {} on the average; {}\n",
                 text(redis, "state"),
                 counted(number(redis, "hits"), "hit"),
                 counted(number(redis, "misses"), "miss", "misses"),
                 number(redis, "stores"),
                 number(redis, "finds_unavailable") + number(redis, "puts_unavailable"),
                 counted(number(redis, "purges"), "purge"),
                 number(redis, "purges_waiting"),
                 told ? "on" : "off",
                 counted(number(redis, "commands"), "command"),
                 counted(number(redis, "command_errors"), "error"),
                 counted(number(redis, "timeouts"), "timeout"),
                 mean_latency(redis),
                 counted(number(redis, "connections"), "connection"));
}

void add_requests(std::string& out, const json::value* requests) {
  const std::uint64_t hits = number(requests, "hits");
  const std::uint64_t misses = number(requests, "misses");
  fmt::format_to(std::back_inserter(out),
                 "requests     {}: {}, {}, {}, {} passed, {} rejected; hit ratio {}\n"
                 "origin       {}, {} failed; {} stored, {} not stored\n",
                 number(requests, "requests"),
                 counted(hits, "hit"),
                 counted(misses, "miss", "misses"),
                 counted(number(requests, "bypasses"), "bypass", "bypasses"),
                 number(requests, "passes"),
                 number(requests, "rejected"),
                 hit_ratio(hits, misses),
                 counted(number(requests, "fetches"), "fetch", "fetches"),
                 number(requests, "fetch_errors"),
                 number(requests, "stored"),
                 number(requests, "not_stored"));
}

void add_routes(std::string& out, const json::array& routes) {
  std::size_t width = std::string_view("route").size();
  for (const json::value& route : routes) {
    width = std::max(width, utf8::character_count(text(&route, "name")));
  }
  fmt::format_to(std::back_inserter(out),
                 "\n{}  {:>10}  {:>10}  {:>10}  {:>8}  {:>9}\n",
                 padded("route", width),
                 "hits",
                 "misses",
                 "bypasses",
                 "errors",
                 "hit ratio");
  for (const json::value& route : routes) {
    const std::uint64_t hits = number(&route, "hits");
    const std::uint64_t misses = number(&route, "misses");
    fmt::format_to(std::back_inserter(out),
                   "{}  {:>10}  {:>10}  {:>10}  {:>8}  {:>9}\n",
                   padded(text(&route, "name"), width),
                   hits,
                   misses,
                   number(&route, "bypasses"),
                   number(&route, "errors"),
                   hit_ratio(hits, misses));
  }
}

}  // namespace

std::optional<std::string> stats_table(std::string_view stats_json) {
  json::error_code error;
  const json::value stats = json::parse({stats_json.data(), stats_json.size()}, error);
  if (error || member(&stats, "store") == nullptr || member(&stats, "requests") == nullptr)
    return std::nullopt;
  std::string out = fmt::format(
      "hawkcache    {}, up {}\n", text(&stats, "version"), uptime(number(&stats, "uptime_s")));
  const json::value* connections = member(&stats, "connections");
  fmt::format_to(std::back_inserter(out),
                 "connections  {} open, {} accepted\n",
                 number(connections, "open"),
                 number(connections, "accepted"));
  add_store(out, member(&stats, "store"));
  if (const json::value* redis = member(&stats, "redis")) add_redis(out, redis);
  add_requests(out, member(&stats, "requests"));
  const json::value* routes = member(&stats, "routes");
  if (routes != nullptr && routes->is_array() && !routes->get_array().empty())
    add_routes(out, routes->get_array());
  return out;
}

std::optional<std::string> purge_line(std::string_view purge_json, const PurgeOptions& named) {
  json::error_code error;
  const json::value answer = json::parse({purge_json.data(), purge_json.size()}, error);
  if (error || member(&answer, "purged") == nullptr) return std::nullopt;
  const std::uint64_t count = number(&answer, "purged");
  const std::string responses = counted(count, "response");
  if (member(&answer, "estimate") == nullptr) return responses + " purged\n";
  if (count == 0) return "purged; how many responses that were is not known\n";
  // Too many by what was counted twice; with Redis too few by what only others have in memory.
  return fmt::format("about {} purged{}\n",
                     responses,
                     named.prefixes.empty() ? "" : " (what is under a prefix is not counted)");
}

}  // namespace hawkcache::cli
