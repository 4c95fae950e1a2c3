#include "caching/reason.hpp"

#include <array>

namespace hawkcache::caching {
namespace {

constexpr auto kReasons = std::to_array<ReasonText>({
#define X(enumerator, text, explanation) {Reason::enumerator, text, explanation},
    HAWKCACHE_REASONS(X)
#undef X
});

}  // namespace

std::string_view to_string(Reason reason) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  return index < kReasons.size() ? kReasons[index].text : std::string_view("unknown");
}

std::span<const ReasonText> all_reasons() noexcept { return kReasons; }

}  // namespace hawkcache::caching
