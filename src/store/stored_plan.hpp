// How a StoredResponse's block is laid out, before it is made (stored_response.hpp). Inside the
// store's folder only.
#pragma once

#include "store/packed_numbers.hpp"
#include "store/stored_response.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <boost/container/static_vector.hpp>

namespace hawkcache::store {

// Views into the parts.
struct StoredResponse::Plan {
  Plan(const StoredPartsView& parts, const CommonHeadRef& common);

  NumberPacker numbers;
  std::uint64_t body_size = 0;
  std::size_t chunks = 0;  // 0: the body is in the block
  std::size_t texts_at = 0;
  std::size_t text_size = 0;
  // Behind key, head and body, in this order.
  boost::container::static_vector<std::string_view, 6> other_texts;

  std::size_t block_size() const noexcept;

 private:
  void add_numbers(const StoredPartsView& parts);
  void add_text(std::string_view text);
  void add_place(std::string_view text, std::string_view within, std::size_t within_at);
};

}  // namespace hawkcache::store
