#include "caching/validation.hpp"

#include "base/ascii.hpp"
#include "base/byte_words.hpp"
#include "caching/freshness.hpp"
#include "http/date.hpp"
#include "http/entity_tag.hpp"
#include "http/hop_by_hop.hpp"

#include <bitset>
#include <chrono>
#include <cstddef>
#include <unordered_set>

namespace hawkcache::caching {
namespace {

using http::FieldName;

bool is_weak(std::string_view entity_tag) noexcept { return entity_tag.starts_with("W/"); }

// If-None-Match is false (so: not modified) for "*", because there is a stored response, and for a
// list with a tag that matches weakly. (RFC 9110 section 13.1.2) nullopt: there is none.
std::optional<bool> none_match_is_false(http::FieldsView request,
                                        const ValidatorsView& validators) {
  std::optional<bool> matched;
  const std::string_view tag = validators.entity_tag;
  request.for_each(FieldName::if_none_match, [&](std::string_view line) {
    if (matched && *matched) return;
    // Mostly it is the one tag that the client was given.
    matched =
        line == "*" ||
        (!tag.empty() && (byte_words::same(line, tag) || http::list_matches_weakly(line, tag)));
  });
  return matched;
}

// "The validator is about to be used by an intermediate to compare with the validator stored in its
// cache for the representation, and the cache entry includes a Date value that is at least one
// second after the Last-Modified value" (RFC 9110 section 8.8.2.2)
bool has_strong_date(const ValidatorsView& validators) noexcept {
  return validators.last_modified_time && validators.date &&
         *validators.date - *validators.last_modified_time >= std::chrono::seconds(1);
}

// Fields that a 304 does not change: "The Content-Length header field" (RFC 9111 section 3.2), and,
// "to ensure integrity of the stored response", those without which its bytes cannot be read:
// origins that compress on the fly are known to put Content-Encoding on a 304 for what was sent
// plain.
bool kept_as_stored(FieldName name) noexcept {
  return name == FieldName::content_length || name == FieldName::content_encoding ||
         name == FieldName::content_range;
}

// The names of some fields: quick to ask however many there are.
class FieldNames {
 public:
  explicit FieldNames(http::FieldsView fields) {
    for (const http::Field& field : fields) {
      if (field.id != FieldName::unknown) {
        known_.set(static_cast<std::size_t>(field.id));
      } else {
        unknown_.insert(ascii::to_lower(field.name));
      }
    }
  }
  bool contain(const http::Field& field) const {
    if (field.id != FieldName::unknown) return known_.test(static_cast<std::size_t>(field.id));
    return !unknown_.empty() && unknown_.contains(ascii::to_lower(field.name));
  }

 private:
  std::bitset<256> known_;
  std::unordered_set<std::string> unknown_;
};

}  // namespace

Validators parse_validators(http::FieldsView response, WallTime now) {
  Validators validators;
  validators.date = date_value(response, now);
  if (const auto tag = response.value(FieldName::etag); tag && http::is_valid_entity_tag(*tag)) {
    validators.entity_tag = *tag;
  }
  if (const auto text = response.value(FieldName::last_modified)) {
    validators.last_modified_time = http::parse_date(*text, now);
    if (validators.last_modified_time) validators.last_modified = *text;
  }
  return validators;
}

bool has_validator(const ValidatorsView& validators) noexcept {
  return !validators.entity_tag.empty() || !validators.last_modified.empty();
}

// "the If-Match and If-Unmodified-Since conditional header fields are not applicable to a cache,
// and If-None-Match takes precedence over If-Modified-Since." (RFC 9111 section 4.3.2)
Precondition evaluate_precondition(http::FieldsView request,
                                   int status,
                                   const ValidatorsView& validators,
                                   WallTime now) {
  // "A server MUST ignore all received preconditions if its response to the same request without
  // those conditions [...] would have been a status code other than a 2xx" (RFC 9110
  // section 13.2.1)
  if (status < 200 || status > 299) return Precondition::send;
  if (const auto matched = none_match_is_false(request, validators)) {
    return *matched ? Precondition::not_modified : Precondition::send;
  }
  // "A recipient MUST ignore the If-Modified-Since header field if the received field value is not
  // a valid HTTP-date, the field value has more than one member" (RFC 9110 section 13.1.3)
  const auto text = request.only_value(FieldName::if_modified_since);
  if (!text) return Precondition::send;
  const auto since = http::parse_date(*text, now);
  if (!since) return Precondition::send;
  // "If [...] the Last-Modified header field is not present in a selected stored response, a cache
  // SHOULD use the stored response's Date field value (or, if no Date field is present, the time
  // that the stored response was received)" (RFC 9111 section 4.3.2)
  const auto modified =
      validators.last_modified_time ? validators.last_modified_time : validators.date;
  return modified && *modified <= *since ? Precondition::not_modified : Precondition::send;
}

IfRange evaluate_if_range(http::FieldsView request, const ValidatorsView& validators) {
  const auto text = request.value(FieldName::if_range);
  if (!text) return IfRange::honour_range;
  if (request.count(FieldName::if_range) != 1) return IfRange::ignore_range;
  // "If the entity-tag validator provided exactly matches [...] using the strong comparison
  // function" (RFC 9110 section 13.1.5)
  if (http::is_valid_entity_tag(*text)) {
    return !validators.entity_tag.empty() && http::strongly_equal(*text, validators.entity_tag)
               ? IfRange::honour_range
               : IfRange::ignore_range;
  }
  // "If the HTTP-date validator provided is not a strong validator in the sense defined by Section
  // 8.8.2.2, the condition is false": strong is a Last-Modified that is "at least one second" older
  // than Date. "If the HTTP-date validator provided exactly matches the Last-Modified field value
  // for the selected representation, the condition is true."
  return has_strong_date(validators) && *text == validators.last_modified ? IfRange::honour_range
                                                                          : IfRange::ignore_range;
}

// Where there is an entity tag, it alone says what the representation is.
std::optional<std::string_view> strong_validator(const ValidatorsView& validators) noexcept {
  if (!validators.entity_tag.empty()) {
    if (is_weak(validators.entity_tag)) return std::nullopt;
    return validators.entity_tag;
  }
  if (!has_strong_date(validators)) return std::nullopt;
  return validators.last_modified;
}

bool share_strong_validator(const ValidatorsView& a, const ValidatorsView& b) noexcept {
  const auto one = strong_validator(a);
  const auto other = strong_validator(b);
  return one && other && *one == *other && a.entity_tag.empty() == b.entity_tag.empty();
}

std::vector<OwnedField> conditional_fields(const ValidatorsView& validators) {
  std::vector<OwnedField> fields;
  // "One or more entity tags [...] can be used in an If-None-Match header field"
  if (!validators.entity_tag.empty())
    fields.push_back({"If-None-Match", std::string(validators.entity_tag)});
  // "the timestamp given in a Last-Modified header field, which can be used in an If-Modified-Since
  // header field for response validation" (RFC 9111 section 4.3.1)
  if (!validators.last_modified.empty()) {
    fields.push_back({"If-Modified-Since", std::string(validators.last_modified)});
  }
  return fields;
}

// "The initial set of stored responses to update are those that could have been chosen for that
// request": here the one whose validators were sent. (RFC 9111 section 4.3.4)
bool freshens(const ValidatorsView& stored, const ValidatorsView& from_304) {
  if (!from_304.entity_tag.empty()) {
    // "If the new response contains one or more strong validators [...] If none of the initial set
    // contains at least one of the same strong validators, then the cache MUST NOT use the new
    // response to update any stored responses."
    if (!is_weak(from_304.entity_tag)) {
      return http::strongly_equal(stored.entity_tag, from_304.entity_tag);
    }
    // "If the new response contains no strong validators but does contain one or more weak
    // validators, and those validators correspond to one of the initial set's stored responses"
    if (!stored.entity_tag.empty()) {
      return http::weakly_equal(stored.entity_tag, from_304.entity_tag);
    }
  }
  // A Last-Modified counts as weak here.
  if (from_304.last_modified_time) return stored.last_modified_time == from_304.last_modified_time;
  // "If the new response does not include any form of validator": only one response was asked
  // about, so it is that one. A weak tag alone, where none is stored, speaks of something else.
  return from_304.entity_tag.empty();
}

// "if the stored response and HEAD response have matching values for any received validator fields
// (ETag and Last-Modified) and, if the HEAD response has a Content-Length header field, the value
// of Content-Length matches that of the stored response, the cache SHOULD update the stored
// response
// [...]; otherwise, the cache SHOULD consider the stored response to be stale." (RFC 9111 section
// 4.3.5)
HeadVerdict judge_head_response(const ValidatorsView& stored,
                                std::uint64_t stored_length,
                                http::FieldsView head_response,
                                WallTime now) {
  const Validators received = parse_validators(head_response, now);
  // "have matching values for any received validator fields": with none received nothing speaks for
  // the stored content, neither the absence of a change nor an equal length.
  if (!has_validator(received)) return HeadVerdict::outdated;
  if (!received.entity_tag.empty()) {
    const bool same = is_weak(received.entity_tag)
                          ? http::weakly_equal(stored.entity_tag, received.entity_tag)
                          : http::strongly_equal(stored.entity_tag, received.entity_tag);
    if (!same) return HeadVerdict::outdated;
  }
  if (received.last_modified_time && received.last_modified_time != stored.last_modified_time) {
    return HeadVerdict::outdated;
  }
  const auto length = head_response.value(FieldName::content_length);
  if (length && ascii::parse_digits(*length) != stored_length) return HeadVerdict::outdated;
  return HeadVerdict::freshens;
}

std::vector<http::Field> freshened_fields(http::FieldsView stored, http::FieldsView from_304) {
  const http::NominatedFields nominated(from_304);
  std::vector<http::Field> news;
  for (const http::Field& field : from_304) {
    // "Header fields excepted from storage in Section 3.1" (RFC 9111 section 3.2)
    if (!kept_as_stored(field.id) && !nominated.removes(field)) news.push_back(field);
  }
  const FieldNames replaced{http::FieldsView(news)};
  std::vector<http::Field> fields;
  for (const http::Field& field : stored) {
    if (field.id == FieldName::age || field.id == FieldName::date) continue;
    // "the cache MUST add each header field in the provided response to the stored response,
    // replacing field values that are already present" (RFC 9111 section 3.2)
    if (!replaced.contain(field)) fields.push_back(field);
  }
  fields.insert(fields.end(), news.begin(), news.end());
  return fields;
}

}  // namespace hawkcache::caching
