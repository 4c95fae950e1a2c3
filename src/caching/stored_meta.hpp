// StoredMeta: all that decisions need to know of a stored response (RFC 9111 section 3). A value
// without bytes of the message itself; and views of its pieces, for what a store has packed.
#pragma once

#include "base/clock.hpp"
#include "http/range.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::caching {

// The names in a response's Vary (RFC 9111 section 4.1): lower-case, sorted, without repetition.
// Shared between variants.
using VaryNames = std::vector<std::string>;

enum class LifetimeSource : std::uint8_t {
  cdn_cache_control,
  s_maxage,
  max_age,
  expires,
  rule,
  heuristic
};

// Where a stale response may not be served, whatever the windows say (RFC 9111 section 4.2.4).
enum class StalePermission : std::uint8_t { allowed, forbidden };

// Whether a stored response must be validated before each use (no-cache, RFC 9111 section 5.2.2.4).
enum class Revalidation : std::uint8_t { when_stale, always };

// Whether a stored response may answer a request that carries Authorization while the key does not
// (RFC 9111 section 3.5): only where the origin said public, s-maxage or must-revalidate.
enum class AuthorizedReuse : std::uint8_t { forbidden, allowed };

// What decides on reuse. A response's times. current_age(now) = initial_age + (now -
// response_time), RFC 9111 section 4.2.3.
struct Freshness {
  WallTime response_time{};  // when the response (or the 304 that freshened it) was received
  Duration initial_age{0};   // corrected_initial_age
  Duration lifetime{0};
  LifetimeSource source = LifetimeSource::rule;
  Duration stale_while_revalidate{0};
  Duration stale_if_error{0};
  StalePermission stale = StalePermission::allowed;
  Revalidation revalidation = Revalidation::when_stale;

  bool operator==(const Freshness&) const = default;
};

struct Validators {
  std::string entity_tag{};     // as spelled; empty: none (or not valid)
  std::string last_modified{};  // as spelled; empty: none
  std::optional<WallTime> last_modified_time{};
  std::optional<WallTime> date{};  // for If-Modified-Since where there is no Last-Modified
};

// The same, wherever they lie.
struct ValidatorsView {
  ValidatorsView() = default;
  ValidatorsView(const Validators& validators) noexcept  // NOLINT(google-explicit-constructor)
      : entity_tag(validators.entity_tag),
        last_modified(validators.last_modified),
        last_modified_time(validators.last_modified_time),
        date(validators.date) {}

  std::string_view entity_tag{};
  std::string_view last_modified{};
  std::optional<WallTime> last_modified_time{};
  std::optional<WallTime> date{};
};

// What is there of a response that is not complete (RFC 9111 section 3.3).
struct PartialContent {
  std::uint64_t complete_length = 0;
  // Ascending, neither overlapping nor touching; the stored body holds them one after the other.
  std::vector<http::ByteRange> parts{};
};

struct StoredMeta {
  int status = 200;
  Freshness freshness{};
  Validators validators{};
  AuthorizedReuse authorized_reuse = AuthorizedReuse::forbidden;
  std::shared_ptr<const VaryNames> vary{};  // null: no Vary
  std::string secondary_key{};  // the values of the selecting fields, as caching/vary writes them;
                                // empty without Vary
  std::vector<std::string> tags{};  // rule tags and the origin's; sorted, without repetition
  // Of the rule that stored it; another one is another rule (reload).
  std::uint64_t rule_fingerprint = 0;
  // Null: the response is complete. Otherwise it is kept as an incomplete 200, its head that of the
  // whole: it answers nobody who did not ask for bytes that are there.
  std::shared_ptr<const PartialContent> partial{};
};

// Which requests a response answers without being validated, the key apart. A view.
struct ReuseTerms {
  Freshness freshness{};
  AuthorizedReuse authorized_reuse = AuthorizedReuse::forbidden;
  const VaryNames* vary = nullptr;  // null: no Vary
  std::string_view secondary_key{};
};

inline ReuseTerms reuse_terms(const StoredMeta& meta) noexcept {
  return {meta.freshness, meta.authorized_reuse, meta.vary.get(), meta.secondary_key};
}

// Whether the same fields of a request select both, or none does. Null: no Vary.
inline bool selected_by_same_names(const VaryNames* a, const VaryNames* b) noexcept {
  const bool a_varies = a != nullptr && !a->empty();
  const bool b_varies = b != nullptr && !b->empty();
  if (!a_varies || !b_varies) return a_varies == b_varies;
  return a == b || *a == *b;
}

}  // namespace hawkcache::caching
