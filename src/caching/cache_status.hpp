// The Cache-Status member of ours (RFC 9211): `hawkcache; hit; ttl=42`, `hawkcache; fwd=uri-miss;
// fwd-status=200; stored; collapsed; detail=...`.
#pragma once

#include "base/text_writer.hpp"
#include "caching/reason.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::caching {

// RFC 9211 section 2.2.
enum class Forward : std::uint8_t {
  none,
  bypass,
  method,
  uri_miss,
  vary_miss,
  miss,
  request,
  stale,
  partial
};

struct CacheStatus {
  bool hit = false;
  Forward forward = Forward::none;
  std::optional<int> forward_status{};  // where it differs from what the client gets, or on a fetch
  std::optional<std::int64_t> ttl{};    // seconds; negative: stale
  bool stored = false;
  bool collapsed = false;
  Reason detail = Reason::none;
  std::string_view
      detail_text{};       // instead of `detail` where a fixed text says more (an upstream error)
  std::string_view key{};  // printable; empty: not shown
};

// The Forward member that a reason stands for.
Forward forward_for(Reason reason) noexcept;

// Appends the member's text, without the field name. Allocates only when the string has too little
// capacity.
void write_cache_status(TextWriter& out, const CacheStatus& status);
inline void append_cache_status(std::string& out, const CacheStatus& status) {
  TextWriter writer(out);
  write_cache_status(writer, status);
}

}  // namespace hawkcache::caching
