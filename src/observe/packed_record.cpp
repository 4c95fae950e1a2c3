#include "observe/packed_record.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace hawkcache::observe {
namespace {

// What precedes the texts. Their views tell their lengths; where they point to is of no use any
// more, but for that of the static one.
static_assert(std::is_trivially_copyable_v<TransactionRecord>);

// The texts that may be gone when the line is made, in their order.
constexpr std::string_view TransactionRecord::*kOwnedTexts[] = {&TransactionRecord::peer,
                                                                &TransactionRecord::method,
                                                                &TransactionRecord::host,
                                                                &TransactionRecord::target,
                                                                &TransactionRecord::route,
                                                                &TransactionRecord::detail};

}  // namespace

std::string_view pack(const TransactionRecord& record, std::string& out) {
  std::size_t size = sizeof record;
  for (const auto text : kOwnedTexts) size += (record.*text).size();
  if (out.size() < size) out.resize(std::max(size, 2 * out.size()));
  char* at = out.data();
  std::memcpy(at, &record, sizeof record);
  at += sizeof record;
  for (const auto text : kOwnedTexts) {
    const std::string_view piece = record.*text;
    if (!piece.empty()) std::memcpy(at, piece.data(), piece.size());
    at += piece.size();
  }
  return {out.data(), size};
}

TransactionRecord unpack(std::string_view& packed) noexcept {
  TransactionRecord record;
  std::memcpy(&record, packed.data(), sizeof record);
  packed.remove_prefix(sizeof record);
  for (const auto text : kOwnedTexts) {
    const std::size_t size = (record.*text).size();
    record.*text = packed.substr(0, size);
    packed.remove_prefix(size);
  }
  return record;
}

}  // namespace hawkcache::observe
