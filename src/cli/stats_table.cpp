#include "cli/stats_table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace hawkcache::cli {
namespace {

namespace json = boost::json;

const json::value* member(const json::value* value, std::string_view name) {
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  return object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
}

std::uint64_t number(const json::value* object, std::string_view name) {
  const json::value* value = member(object, name);
  if (value == nullptr) return 0;
  if (const auto* positive = value->if_uint64()) return *positive;
  const auto* integer = value->if_int64();
  return integer != nullptr && *integer > 0 ? static_cast<std::uint64_t>(*integer) : 0;
}

std::string_view text(const json::value* object, std::string_view name) {
  const json::value* value = member(object, name);
  const json::string* string = value == nullptr ? nullptr : value->if_string();
  return string == nullptr ? std::string_view() : std::string_view(string->data(), string->size());
}

std::string bytes(std::uint64_t count) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  constexpr double kStep = 1024.0;
  auto value = static_cast<double>(count);
  std::size_t unit = 0;
  while (value >= kStep && unit + 1 < kUnits.size()) {
    value /= kStep;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", count) : fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string uptime(std::uint64_t seconds) {
  constexpr std::uint64_t kMinute = 60;
  constexpr std::uint64_t kHour = 60 * kMinute;
  constexpr std::uint64_t kDay = 24 * kHour;
  if (seconds >= kDay) return fmt::format("{}d {}h", seconds / kDay, seconds % kDay / kHour);
  if (seconds >= kHour) return fmt::format("{}h {}m", seconds / kHour, seconds % kHour / kMinute);
  return fmt::format("{}m {}s", seconds / kMinute, seconds % kMinute);
}

// Of the requests that rules cache; a dash where there were none.
std::string hit_ratio(std::uint64_t hits, std::uint64_t misses) {
  if (hits + misses == 0) return "-";
  constexpr double kPercent = 100.0;
  return fmt::format("{:.1f}%",
                     kPercent * static_cast<double>(hits) / static_cast<double>(hits + misses));
}

void add_store(std::string& out, const json::value* store) {
  fmt::format_to(std::back_inserter(out),
                 "store        {}: {} of {} entries, {} of {}\n"
                 "             {} evicted, {} expired, {} purged; {} tags, {} fences\n",
                 text(store, "backend"),
                 number(store, "entries"),
                 number(store, "max_entries"),
                 bytes(number(store, "bytes")),
                 bytes(number(store, "max_bytes")),
                 number(store, "evicted"),
                 number(store, "expired"),
                 number(store, "purged"),
                 number(store, "tags"),
                 number(store, "fences"));
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
  fmt::format_to(
      std::back_inserter(out),
      "redis        {}: {} hits, {} misses, {} stored, {} unavailable; {} purges, {} waiting; push "
      "{}\n"
      "             {} commands, {} errors, {} timeouts, {} on the average; {} connections\n",
      text(redis, "state"),
      number(redis, "hits"),
      number(redis, "misses"),
      number(redis, "stores"),
      number(redis, "finds_unavailable") + number(redis, "puts_unavailable"),
      number(redis, "purges"),
      number(redis, "purges_waiting"),
      told ? "on" : "off",
      number(redis, "commands"),
      number(redis, "command_errors"),
      number(redis, "timeouts"),
      mean_latency(redis),
      number(redis, "connections"));
}

void add_requests(std::string& out, const json::value* requests) {
  const std::uint64_t hits = number(requests, "hits");
  const std::uint64_t misses = number(requests, "misses");
  fmt::format_to(
      std::back_inserter(out),
      "requests     {}: {} hits, {} misses, {} bypasses, {} passed, {} rejected; hit ratio {}\n"
      "origin       {} fetches, {} failed; {} stored, {} not stored\n",
      number(requests, "requests"),
      hits,
      misses,
      number(requests, "bypasses"),
      number(requests, "passes"),
      number(requests, "rejected"),
      hit_ratio(hits, misses),
      number(requests, "fetches"),
      number(requests, "fetch_errors"),
      number(requests, "stored"),
      number(requests, "not_stored"));
}

void add_routes(std::string& out, const json::array& routes) {
  std::size_t width = std::string_view("route").size();
  for (const json::value& route : routes) width = std::max(width, text(&route, "name").size());
  fmt::format_to(std::back_inserter(out),
                 "\n{:<{}}  {:>10}  {:>10}  {:>10}  {:>8}  {:>9}\n",
                 "route",
                 width,
                 "hits",
                 "misses",
                 "bypasses",
                 "errors",
                 "hit ratio");
  for (const json::value& route : routes) {
    const std::uint64_t hits = number(&route, "hits");
    const std::uint64_t misses = number(&route, "misses");
    fmt::format_to(std::back_inserter(out),
                   "{:<{}}  {:>10}  {:>10}  {:>10}  {:>8}  {:>9}\n",
                   text(&route, "name"),
                   width,
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
  const std::string responses = fmt::format("{} {}", count, count == 1 ? "response" : "responses");
  if (member(&answer, "estimate") == nullptr) return responses + " purged\n";
  // Redis counts what is under tags alone, and says 0 for what it does not count.
  if (count == 0) return "purged; how many responses that were is not known\n";
  const bool counted_in_part =
      !named.tags.empty() &&
      (!named.urls.empty() || named.scope == PurgeOptions::Scope::everything);
  return fmt::format("{} {} purged{}\n",
                     counted_in_part ? "about" : "at most",
                     responses,
                     named.prefixes.empty() ? "" : " (what is under a prefix is not counted)");
}

}  // namespace hawkcache::cli
