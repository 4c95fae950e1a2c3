// CachePolicy: what the operator's rule allows for the requests it matches. Built once from the
// configuration, immutable, shared by all threads.
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hawkcache::caching {

enum class OriginPrecedence : std::uint8_t { origin_first, rule_wins };  // `override: false | true`
enum class CookieMode : std::uint8_t { bypass, ignore, key };            // `cookies:`
enum class SetCookieMode : std::uint8_t { refuse, strip, store };        // `set_cookie:`
enum class RequestCacheControlMode : std::uint8_t { ignore, honor };     // `request_cache_control:`
enum class Heuristic : std::uint8_t { off, on };                         // `heuristic:`
enum class KeyedCredentials : std::uint8_t {
  none,
  authorization
};  // whether `vary: [authorization]` (or the key template) has it

struct CachePolicy {
  std::optional<Duration> ttl{};  // nullopt: `ttl: origin`
  OriginPrecedence precedence = OriginPrecedence::origin_first;
  Duration stale_while_revalidate{0};
  Duration stale_if_error{0};
  std::vector<std::pair<int, Duration>> statuses{};  // sorted by status
  CookieMode cookies = CookieMode::bypass;
  SetCookieMode set_cookie = SetCookieMode::refuse;
  RequestCacheControlMode request_cache_control = RequestCacheControlMode::ignore;
  Heuristic heuristic = Heuristic::off;
  KeyedCredentials keyed_credentials = KeyedCredentials::none;
  std::vector<std::string> normalize{};  // lower-case field names
};

}  // namespace hawkcache::caching
