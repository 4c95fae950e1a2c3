// A route: one compiled rule. Built by server/compile_routes from the configuration; immutable,
// shared by all threads, alive as long as its Router.
#pragma once

#include "caching/policy.hpp"
#include "caching/tags.hpp"
#include "http/query.hpp"
#include "proxy/rule_template.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hawkcache::proxy {

// The presence of it bypasses the cache.
struct BypassCondition {
  enum class Kind : std::uint8_t { header, cookie, query };
  Kind kind = Kind::header;
  std::string name;  // lower-case for headers
};

struct PathPatternSegment {
  enum class Kind : std::uint8_t { literal, str, int_, float_, uuid, slug, path };
  Kind kind = Kind::literal;
  std::string text;  // the literal (decoded), or the parameter's name
};

// Who shares one fetch: the requests of this process, or with Redis those of all nodes.
enum class Coalesce : std::uint8_t { node, cluster };

struct Route {
  std::string name;
  std::size_t index = 0;  // its place in the configuration: the smaller wins
  std::string path;       // as written, for people
  std::vector<PathPatternSegment>
      pattern;                       // "/x/" ends in an empty literal; a tail ({rest:path}) is last
  std::vector<std::string> methods;  // as written: case-sensitive
  std::vector<std::string> hosts;    // lower-case, with or without port; empty: every host
  caching::CachePolicy policy;
  Coalesce coalesce = Coalesce::node;
  std::vector<RuleTemplate> tags;
  std::size_t tag_length = caching::kMaxTagValue;  // bytes of one value in `tags`, `invalidates`
  std::vector<std::string> vary;                   // lower-case; counts where there is no `key`
  std::optional<RuleTemplate> key;                 // replaces URI and vary
  std::vector<std::string> key_cookies;            // `cookies: { key: [...] }`
  http::QueryRule query;
  std::vector<BypassCondition> bypass;
  std::vector<RuleTemplate> invalidates;
  std::optional<std::string> client_cache_control;  // nullopt: keep
  bool client_text_is_shared = false;               // it says that caches may hand the response on
  std::uint64_t fingerprint = 0;  // of name, key, vary, cookies, query, tags and their length:
                                  // entries stored under another are misses
};

}  // namespace hawkcache::proxy
