// What the micro benchmarks share: how they are registered, and what they work on - a request as a
// browser sends it, rules, a store with objects. One thread.
#pragma once

#include "http/head.hpp"
#include "http/parser.hpp"
#include "http/target.hpp"
#include "proxy/route.hpp"
#include "store/memory_store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

namespace hawkcache::bench {

using Benchmark = benchmark::internal::Benchmark;

// What was asked for on the command line.
struct Choice {
  std::int64_t iterations = 0;  // of every benchmark; 0: as many as it takes for a steady time
  std::vector<std::int64_t> purged{1, 200'000};  // objects under the tag that is purged
};

// `usual_iterations`: where nothing else was asked for; of what must not go on for long, because a
// store grows meanwhile or is expensive to fill. 0: any number.
Benchmark* add(const Choice& choice,
               const char* name,
               void (*body)(benchmark::State&),
               std::int64_t usual_iterations = 0);

// One for each file.
void add_parser(const Choice& choice);
void add_router(const Choice& choice);
void add_plan(const Choice& choice);
void add_lookup(const Choice& choice);
void add_store(const Choice& choice);
void add_purge(const Choice& choice);

inline constexpr std::string_view kHost = "api.example.com";
inline constexpr WallTime kNow{std::chrono::hours(24 * 365 * 55)};

// The lines that differ from those of a head with Differs::nowhere.
enum class Differs : std::uint8_t { nowhere, in_one_line, in_every_line };
// A GET with 12 field lines.
std::string request_head(std::string_view target, Differs differs = Differs::nowhere);

// A request that has been parsed, with what its views point into. Not to be moved.
class ParsedRequest {
 public:
  explicit ParsedRequest(std::string_view target);
  ParsedRequest(const ParsedRequest&) = delete;
  ParsedRequest& operator=(const ParsedRequest&) = delete;

  const http::RequestHead& head() const noexcept { return parser_.head(); }
  const http::Target& target() const noexcept { return decision_.target; }

 private:
  std::string text_;
  http::RequestParser parser_;
  http::TargetDecision decision_;
};

// So many rules, each with so many tags. Half of them /vN/resourceN/{id:int}, half of them with one
// more literal and parameter behind; a tail at the end.
std::vector<proxy::Route> make_routes(std::int64_t rules, std::int64_t tags = 1);
// A path that this rule matches, the one before the tail among `rules`.
std::string last_path(std::int64_t rules);

// An object by its number, which make_routes(10) has a rule for.
std::string object_path(std::int64_t number);
std::string object_key(std::int64_t number);
// 1 KiB under two tags, one of them its own.
store::StoredParts object_parts(std::int64_t number);

std::unique_ptr<store::LocalStore> make_store(std::uint64_t entries);
// As a fetch stores it. Whether it was stored.
bool put(store::LocalStore& store, store::StoredParts parts);
// With the objects 0, 1, ... of object_parts.
void fill(store::LocalStore& store, std::int64_t objects);

}  // namespace hawkcache::bench
