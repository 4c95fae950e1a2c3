#include "http/body_framing.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace hawkcache::http {
namespace {

constexpr std::uint64_t kMaxLength = INT64_MAX;

FramingDecision refuse(FramingError error) noexcept { return {.error = error, .framing = {}}; }

FramingDecision frame(BodyKind kind, std::uint64_t length = 0) noexcept {
  return {.error = FramingError::none, .framing = {.kind = kind, .length = length}};
}

// Calls visit(member) for each member of every line of a field, empty ones included, until it
// returns false. Unlike ascii::ListReader it neither skips nor unquotes anything: here every oddity
// has to be seen.
template <class Visit>
bool every_member(FieldsView fields, FieldName id, Visit visit) noexcept {
  for (const Field& field : fields) {
    if (field.id != id) continue;
    std::string_view rest = field.value;
    for (;;) {
      const std::size_t comma = rest.find(',');
      if (!visit(ascii::trim(rest.substr(0, comma)))) return false;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return true;
}

struct Length {
  FramingError error = FramingError::none;
  std::optional<std::uint64_t> value;  // absent without any Content-Length
};

Length read_content_length(FieldsView fields) noexcept {
  Length length;
  if (!fields.contains(FieldName::content_length)) return length;
  every_member(fields, FieldName::content_length, [&](std::string_view member) {
    const auto value = ascii::parse_digits(member);
    if (!value || *value > kMaxLength) {
      length.error = FramingError::bad_content_length;
    } else if (length.value && *length.value != *value) {
      length.error = FramingError::differing_lengths;
    }
    length.value = value;
    return length.error == FramingError::none;
  });
  return length;
}

// A coding that we do not implement, written as RFC 9112 section 7 says: token *( OWS ";" OWS
// parameter ).
bool is_other_coding(std::string_view member) noexcept {
  const std::string_view name = ascii::trim(member.substr(0, member.find(';')));
  return ascii::is_token(name) && !ascii::equals_ignoring_case(name, "chunked");
}

// One coding that nobody knows, so that nothing can have been encoded with it. Not one that another
// reader could take for chunked, nor one that stands for encoded bytes, registered for transfer or
// for content only: a client that gets them without the name would take them for the content.
bool is_unheard_of_coding(FieldsView fields) noexcept {
  constexpr std::array<std::string_view, 7> kEncoding = {
      "gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"};
  constexpr std::string_view kChunked = "chunked";
  std::size_t members = 0;
  return every_member(fields, FieldName::transfer_encoding, [&](std::string_view member) {
    if (++members > 1 || !ascii::is_token(member)) return false;
    for (std::size_t at = 0; at + kChunked.size() <= member.size(); ++at) {
      if (ascii::equals_ignoring_case(member.substr(at, kChunked.size()), kChunked)) return false;
    }
    return std::none_of(kEncoding.begin(), kEncoding.end(), [&](std::string_view coding) {
      return ascii::equals_ignoring_case(member, coding);
    });
  });
}

// REQUIRES: there is a Transfer-Encoding. Accepted is "chunked" alone.
FramingDecision read_transfer_encoding(FieldsView fields, Version version) noexcept {
  // A 1.0 peer does not know codings: what it believes the length to be is anybody's guess (RFC
  // 9112 section 6.1).
  if (version == Version::http_1_0) return refuse(FramingError::bad_transfer_encoding);
  bool other = false;
  bool chunked = false;
  const bool well_formed =
      every_member(fields, FieldName::transfer_encoding, [&](std::string_view member) {
        if (chunked) return false;  // chunked must come last, and once
        chunked = ascii::equals_ignoring_case(member, "chunked");
        if (!chunked) {
          if (!is_other_coding(member)) return false;
          other = true;
        }
        return true;
      });
  if (!well_formed || !chunked) return refuse(FramingError::bad_transfer_encoding);
  if (other) return refuse(FramingError::unsupported_coding);
  return frame(BodyKind::chunked);
}

// RFC 9112 section 6.3, rules 3 to 6; `otherwise` is what neither field being there means.
FramingDecision decide(FieldsView fields, Version version, BodyKind otherwise) noexcept {
  const Length length = read_content_length(fields);
  if (length.error != FramingError::none) return refuse(length.error);
  if (fields.contains(FieldName::transfer_encoding)) {
    if (length.value) return refuse(FramingError::length_and_coding);
    return read_transfer_encoding(fields, version);
  }
  if (!length.value) return frame(otherwise);
  return frame(BodyKind::length, *length.value);
}

bool has_option(FieldsView fields, std::string_view wanted) noexcept {
  for (const Field& field : fields) {
    if (field.id != FieldName::connection) continue;
    ascii::TokenListReader options(field.value);
    while (const auto option = options.next()) {
      if (ascii::equals_ignoring_case(*option, wanted)) return true;
    }
  }
  return false;
}

Persistence persistence(FieldsView fields, Version version) noexcept {
  if (!fields.contains(FieldName::connection)) {
    return version == Version::http_1_1 ? Persistence::keep_alive : Persistence::close;
  }
  if (has_option(fields, "close")) return Persistence::close;
  if (version == Version::http_1_1) return Persistence::keep_alive;
  return has_option(fields, "keep-alive") ? Persistence::keep_alive : Persistence::close;
}

// An answer without content, whose Content-Length tells what GET would have got.
FramingDecision frame_unsent(FieldsView fields, const Length& length) noexcept {
  FramingDecision decision = frame(BodyKind::none);
  // "If a message is received with both a Transfer-Encoding and a Content-Length header field, the
  // Transfer-Encoding overrides the Content-Length. [...] An intermediary that chooses to forward
  // the message MUST first remove the received Content-Length field" (RFC 9112 section 6.3)
  if (length.error == FramingError::none && !fields.contains(FieldName::transfer_encoding)) {
    decision.framing.announced = length.value;
  }
  return decision;
}

}  // namespace

FramingDecision decide_response_framing(const ResponseHead& head, Method request_method) noexcept {
  if (head.status / 100 == 1 || head.status == 204) return frame(BodyKind::none);
  if (head.status == 304 || request_method == Method::head) {
    const Length length = read_content_length(head.fields());
    // It ends up in caches, so it must make sense on an answer to HEAD too.
    if (head.status != 304 && length.error != FramingError::none) return refuse(length.error);
    return frame_unsent(head.fields(), length);
  }
  const FramingDecision decision = decide(head.fields(), head.version, BodyKind::until_close);
  // RFC 9112 section 6.3, rule 4: "If a Transfer-Encoding header field is present in a response and
  // the chunked transfer coding is not the final encoding, the message body length is determined by
  // reading the connection until it is closed by the server." Obeyed where it is harmless: we send
  // no TE, so no coding but chunked may have been applied (RFC 9110 section 10.1.4), and a name
  // that nobody knows stands before plain bytes. All other such responses could be read in two
  // ways.
  if (decision.error == FramingError::bad_transfer_encoding && head.version == Version::http_1_1 &&
      is_unheard_of_coding(head.fields())) {
    return frame(BodyKind::until_close);
  }
  return decision;
}

FramingDecision decide_request_framing(const RequestHead& head) noexcept {
  return decide(head.fields(), head.version, BodyKind::none);
}

Persistence persistence_of(const RequestHead& head) noexcept {
  return persistence(head.fields(), head.version);
}

Persistence persistence_of(const ResponseHead& head) noexcept {
  return persistence(head.fields(), head.version);
}

}  // namespace hawkcache::http
