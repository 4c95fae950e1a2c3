// Request targets (RFC 9112 section 3.2) and their parts. Views into the request's buffer; nothing
// is normalised: key and forwarded target are as spelled. Matching and tags work on decoded
// segments (PathSegments).
#pragma once

#include "http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::http {

enum class TargetForm : std::uint8_t { origin, absolute, authority, asterisk };

struct Target {
  TargetForm form = TargetForm::origin;
  // host[:port] as spelled: of the absolute form (without its user info) or the authority form,
  // else of Host; empty where HTTP/1.0 sends none.
  std::string_view authority;
  std::string_view path;   // "/users/42" as spelled, begins with "/" ("/" where the absolute form
                           // has none); empty for * and authority form
  std::string_view query;  // without "?"
  bool has_query = false;  // "/x?" has an empty query, which is not the same as none
};

// What a request is answered with that has one of them: http/refusal.
enum class TargetError : std::uint8_t {
  none,
  malformed,     // request-target
  missing_host,  // HTTP/1.1 without Host
  repeated_host,
  bad_host,            // Host, or the authority of the absolute form, is no host[:port]
  unsupported_scheme,  // absolute form with a scheme other than http or https
};

struct TargetDecision {
  TargetError error = TargetError::none;
  Target target;
};

// Checks the target against the method (asterisk only for OPTIONS, authority form only for CONNECT,
// RFC 9112 section 3.2) and the Host field(s). A Host field that disagrees with the absolute form
// is overruled by it, not an error. OPTIONS in absolute form without path and query comes back as
// the asterisk form, which is how it must be forwarded (section 3.2.4). `sound`: a Host that was
// found valid before, and is not looked through again.
TargetDecision parse_target(const RequestHead& head, std::string_view sound = {}) noexcept;

// host[:port] with host a reg-name, IPv4 or [IPv6] of RFC 3986, port 0..65535 or empty; not empty.
bool is_valid_authority(std::string_view authority) noexcept;

// Why a path matches no rule: spellings by which cache and origin could disagree about the
// resource.
enum class PathHazard : std::uint8_t {
  none,
  dot_segment,
  empty_segment,
  encoded_slash,
  encoded_backslash_or_backslash,
  control_byte,
  bad_escape
};

// host[:port] without the port that the scheme implies, and without an empty one: both are the same
// authority (RFC 3986 section 6.2.3). Letter case stays.
std::string_view without_default_port(std::string_view authority, std::string_view scheme) noexcept;

// The segments of a path, split at "/" first and percent-decoded afterwards. "/users/42" has two,
// "/users/" has "users" and a final empty one, "/" has one empty one. Reused from request to
// request.
class PathSegments {
 public:
  // Returns the first hazard found, plain or encoded: "." and "..", empty segments but for the
  // last, "/" or "\" encoded or
  // "\" plain, bytes below 0x20 and 0x7f, "%" without two hex digits. With a hazard there are no
  // segments.
  PathHazard assign(std::string_view path);
  std::size_t size() const noexcept { return segments_.size(); }
  // Valid until the next assign(). REQUIRES: i < size().
  std::string_view operator[](std::size_t i) const noexcept {
    return {decoded_.data() + segments_[i].begin, segments_[i].size};
  }
  // The text from segment i to the path's end, percent-decoded ("" when there is none): for
  // {rest:path}.
  std::string_view tail(std::size_t i) const noexcept;

 private:
  struct Segment {
    std::size_t begin;  // in decoded_
    std::size_t size;
  };
  enum class Place : std::uint8_t { before_others, last };
  // Both leave segments behind where there is a hazard.
  PathHazard split_plain(std::string_view path);
  PathHazard split_decoding(std::string_view path);
  // Of decoded_.
  PathHazard add_segment(std::size_t begin, std::size_t end, Place place);

  std::vector<Segment> segments_;
  std::string decoded_;  // the path without its first "/", decoded
};

}  // namespace hawkcache::http
