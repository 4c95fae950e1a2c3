// Validation (RFC 9111 section 4.3; RFC 9110 section 13): conditions that clients send, conditions
// we send, and freshening by a 304.
#pragma once

#include "caching/stored_meta.hpp"
#include "http/head.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::caching {

// The valid validators of a response, and its Date (`now` where it has none).
Validators parse_validators(http::FieldsView response, WallTime now);
// Whether there is something to validate with.
bool has_validator(const ValidatorsView& validators) noexcept;

// Whether a request may have any of the preconditions that a cache evaluates, without a walk
// through its fields.
inline bool may_have_precondition(http::FieldsView request) noexcept {
  return request.may_contain(http::FieldName::if_none_match) ||
         request.may_contain(http::FieldName::if_modified_since);
}

// What a client's If-None-Match / If-Modified-Since (in that order of precedence, RFC 9110
// section 13.2.2) make of a stored or freshly fetched response. Only a 200 (or other 2xx) can turn
// into 304.
enum class Precondition : std::uint8_t { send, not_modified };
Precondition evaluate_precondition(http::FieldsView request,
                                   int status,
                                   const ValidatorsView& validators,
                                   WallTime now);

// RFC 9110 section 13.1.5: whether the Range may be honoured: no If-Range, or a strong validator
// (or an exact date) that matches.
enum class IfRange : std::uint8_t { honour_range, ignore_range };
IfRange evaluate_if_range(http::FieldsView request, const ValidatorsView& validators);

// The validator that If-Range may carry: a strong entity tag, or a Last-Modified that is strong in
// the sense of RFC 9110 section 8.8.2.2. nullopt: there is none.
std::optional<std::string_view> strong_validator(const ValidatorsView& validators) noexcept;
// Whether two responses have the same strong validator in common, and so are of one representation,
// byte for byte: what parts need to be combined (RFC 9110 section 15.3.7.3).
bool share_strong_validator(const ValidatorsView& a, const ValidatorsView& b) noexcept;

// Fields of ours for a conditional request: name and value, at most two. Empty where there is no
// validator.
struct OwnedField {
  std::string_view name;  // a literal
  std::string value;
};
std::vector<OwnedField> conditional_fields(const ValidatorsView& validators);

// Whether a 304 speaks of this stored response (section 4.3.4): its validators agree, as far as it
// has any.
bool freshens(const ValidatorsView& stored, const ValidatorsView& from_304);

// What a 200 to a HEAD says of a stored response to GET (section 4.3.5): that it is the same still,
// so that the fields of the HEAD's response freshen it; or that it is not.
enum class HeadVerdict : std::uint8_t { freshens, outdated };
HeadVerdict judge_head_response(const ValidatorsView& stored,
                                std::uint64_t stored_length,
                                http::FieldsView head_response,
                                WallTime now);

// The fields of a stored response after a 304, or a HEAD that freshens it (section 3.2): those that
// the 304 brings replace the stored ones of that name, but never Content-Length, Content-Encoding,
// Content-Range or hop-by-hop fields. Age and Date of the stored response never
// survive: they spoke of another moment (the caller gives a 304 without Date one first). Views into
// both arguments.
std::vector<http::Field> freshened_fields(http::FieldsView stored, http::FieldsView from_304);

}  // namespace hawkcache::caching
