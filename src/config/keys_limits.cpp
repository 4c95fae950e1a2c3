// The table of keys: the section `limits`.
#include "config/keys.hpp"

namespace hawkcache::config {
namespace {

constexpr Duration kMillisecond{1};

}  // namespace

const Section<LimitsConfig>& limits_section() {
  using T = LimitsConfig;
  static const Section<T> section{
      "limits",
      "limits.",
      {
          value_key<T>(
              "max_connections",
              &T::max_connections,
              integer_kind(0, 10'000'000),
              "0",
              "Client connections at once; 0 derives it from the descriptor limit of the process."),
          value_key<T>("request_line",
                       &T::request_line,
                       size_kind(256),
                       "16KiB",
                       "The request line, target included; longer: 414."),
          value_key<T>("header_block",
                       &T::header_block,
                       size_kind(kKiB),
                       "64KiB",
                       "All header fields of a request; more: 431."),
          value_key<T>("header_count",
                       &T::header_count,
                       integer_kind(8, 100'000),
                       "256",
                       "The number of header fields of a request; more: 431."),
          value_key<T>("response_header_block",
                       &T::response_header_block,
                       size_kind(kKiB),
                       "128KiB",
                       "All header fields of a response from the upstream; more: 502."),
          value_key<T>("response_header_count",
                       &T::response_header_count,
                       integer_kind(8, 100'000),
                       "512",
                       "The number of header fields of a response from the upstream; more: 502."),
          value_key<T>("request_body",
                       &T::request_body,
                       size_kind(),
                       "0B",
                       "The body of a request; larger: 413. `0B`: no limit."),
          value_key<T>("header_timeout",
                       &T::header_timeout,
                       duration_kind(kMillisecond),
                       "30s",
                       "For a whole request head, from its first byte; then 408."),
          value_key<T>("keepalive_timeout",
                       &T::keepalive_timeout,
                       duration_kind(kMillisecond),
                       "75s",
                       "How long a client connection may rest between two requests."),
          value_key<T>("body_timeout",
                       &T::body_timeout,
                       duration_kind(kMillisecond),
                       "60s",
                       "The longest silence between two pieces of a request body."),
          value_key<T>("write_timeout",
                       &T::write_timeout,
                       duration_kind(kMillisecond),
                       "60s",
                       "How long a client may take no byte of its response before it is cut off."),
          value_key<T>("variants",
                       &T::variants,
                       integer_kind(1, 100'000),
                       "64",
                       "Stored variants (by Vary) of one key; the oldest leaves."),
          value_key<T>("admin_body",
                       &T::admin_body,
                       size_kind(kKiB),
                       "1MiB",
                       "The body of a request to the admin listener; larger: 413."),
          value_key<T>("tags_per_response",
                       &T::tags_per_response,
                       integer_kind(1, 1'000'000),
                       "1024",
                       "Tags of one response; one with more is passed on but not stored."),
          value_key<T>("tag_length",
                       &T::tag_length,
                       integer_kind(16, 4096),
                       "256",
                       "Bytes of one value in a tag; longer ones are cut."),
      },
      {}};
  return section;
}

}  // namespace hawkcache::config
