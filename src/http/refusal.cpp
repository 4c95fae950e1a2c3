#include "http/refusal.hpp"

#include "http/problem.hpp"

#include <array>
#include <cstddef>

namespace hawkcache::http {
namespace {

constexpr Refusal kNone{400, "The request breaks HTTP's syntax."};

// In the order of HeadError.
constexpr std::array kOfHead{
    kNone,
    Refusal{400,
            "The request line is not METHOD TARGET HTTP/1.1, with single blanks between them and "
            "visible ASCII in the target."},
    Refusal{400, "There is a control byte in the request's head, or a CR or LF by itself."},
    Refusal{
        400,
        "A line of the request's head begins with a blank; folded field lines are obsolete (RFC "
        "9112 section 5.2)."},
    Refusal{400,
            "A line of the request's head is no field line: a name that is a token, a colon right "
            "behind it, a value (RFC 9112 section 5)."},
    Refusal{501, "No method is as long as this one."},
    Refusal{505, "The HTTP version of the request is not supported; use HTTP/1.1 or HTTP/1.0."},
    Refusal{414, "The request line is longer than limits.request_line."},
    Refusal{431, "The request's header fields are larger than limits.header_block."},
    Refusal{431, "The request has more header fields than limits.header_count."},
};
static_assert(kOfHead.size() == static_cast<std::size_t>(HeadError::too_many_fields) + 1);

// In the order of FramingError.
constexpr std::array kOfFraming{
    kNone,
    Refusal{400, "Content-Length is no plain number of bytes."},
    Refusal{400, "Content-Length has two values that differ."},
    Refusal{400, "The request has both Content-Length and Transfer-Encoding."},
    Refusal{400,
            "Transfer-Encoding does not end in one chunked, or stands in a request of HTTP/1.0."},
    Refusal{501, "The only transfer coding known here is chunked."},
};
static_assert(kOfFraming.size() == static_cast<std::size_t>(FramingError::unsupported_coding) + 1);

// In the order of TargetError.
constexpr std::array kOfTarget{
    kNone,
    Refusal{
        400,
        "The request target is neither a path nor an http URL, nor * for OPTIONS, nor host:port "
        "for CONNECT."},
    Refusal{400, "A request of HTTP/1.1 needs a Host field."},
    Refusal{400, "The request has more than one Host field."},
    Refusal{400, "Host, or the authority of the request target, is no host[:port]."},
    Refusal{400, "The scheme of the request target is neither http nor https."},
};
static_assert(kOfTarget.size() == static_cast<std::size_t>(TargetError::unsupported_scheme) + 1);

}  // namespace

const Refusal& refusal_of(HeadError error) noexcept {
  return kOfHead[static_cast<std::size_t>(error)];
}
const Refusal& refusal_of(FramingError error) noexcept {
  return kOfFraming[static_cast<std::size_t>(error)];
}
const Refusal& refusal_of(TargetError error) noexcept {
  return kOfTarget[static_cast<std::size_t>(error)];
}

std::string render_refusal(const Refusal& refusal, Method request_method, WallTime now) {
  return render_problem(
      {.status = refusal.status, .detail = refusal.detail, .extra_fields = {}, .now = now},
      request_method,
      Persistence::close);
}

}  // namespace hawkcache::http
