// A message's fields kept beyond the message: what a fetch needs after its first client may have
// gone, or of a part after its head was read. Immutable after construction, so that all threads may
// read it.
#pragma once

#include "http/head.hpp"

#include <memory>
#include <string>
#include <vector>

namespace hawkcache::proxy {

class OwnedFields {
 public:
  // REQUIRES: the fields of a parsed head, which are views of one text, in its order. That text is
  // copied as a whole.
  explicit OwnedFields(http::FieldsView fields);
  OwnedFields(const OwnedFields&) = delete;
  OwnedFields& operator=(const OwnedFields&) = delete;

  http::FieldsView fields() const noexcept { return {fields_, names_}; }

 private:
  std::string text_;
  std::vector<http::Field> fields_;
  http::FieldNameSet names_;
};

}  // namespace hawkcache::proxy
