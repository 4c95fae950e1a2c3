// What a daemon asks of its process before it starts.
#pragma once

namespace hawkcache::cli {

// Raises the soft limit of open descriptors to the hard one; every connection needs one.
void raise_descriptor_limit() noexcept;

// Opens /dev/null for each of stdin, stdout and stderr that is closed: else the next socket would
// get its number, and lines for stdout would go to a client.
void open_standard_descriptors() noexcept;

}  // namespace hawkcache::cli
