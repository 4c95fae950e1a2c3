// Pipes and files stand in for stdout and log files; no test waits for a time to pass, but for what
// must happen.
#include "observe/line_writer.hpp"

#include <array>
#include <csignal>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace hawkcache::observe {
namespace {

// The records are the lines.
void as_they_are(std::string_view& records, std::string& lines) {
  const std::size_t size = records.find('\n') + 1;
  lines += records.substr(0, size);
  records.remove_prefix(size);
}

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_read();
    ::close(ends[1]);
  }
  void close_read() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  std::string read_line() const {
    std::string line;
    char c = 0;
    while (::read(ends[0], &c, 1) == 1) {
      line += c;
      if (c == '\n') break;
    }
    return line;
  }
  std::array<int, 2> ends{-1, -1};
};

class LineWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }
};

TEST_F(LineWriterTest, WritesLinesInOrder) {
  const Pipe pipe;
  LineWriter writer(pipe.ends[1], DescriptorOwnership::borrowed, as_they_are);
  writer.write("one\n");
  writer.write("two\n");
  EXPECT_EQ(pipe.read_line(), "one\n");
  EXPECT_EQ(pipe.read_line(), "two\n");
  EXPECT_EQ(writer.dropped(), 0U);
}

TEST_F(LineWriterTest, WritesOutWhatIsBufferedBeforeItEnds) {
  const Pipe pipe;
  {
    LineWriter writer(pipe.ends[1], DescriptorOwnership::borrowed, as_they_are);
    writer.write("last words\n");
  }
  EXPECT_EQ(pipe.read_line(), "last words\n");
}

TEST_F(LineWriterTest, DropsAndCountsWhenNobodyReads) {
  const Pipe pipe;
  constexpr int kLines = 100'000;
  const std::string line(99, 'x');
  std::uint64_t dropped = 0;
  {
    LineWriter writer(pipe.ends[1], DescriptorOwnership::borrowed, as_they_are, 100'000);
    for (int i = 0; i < kLines; ++i) writer.write(line + '\n');
    dropped = writer.dropped();
  }
  EXPECT_GT(dropped, 90'000U);
}

TEST_F(LineWriterTest, SurvivesAReaderThatHasGone) {
  Pipe pipe;
  pipe.close_read();
  LineWriter writer(pipe.ends[1], DescriptorOwnership::borrowed, as_they_are);
  writer.write("nobody hears this\n");
  while (writer.dropped() == 0) std::this_thread::yield();
  EXPECT_EQ(writer.dropped(), 1U);
}

TEST_F(LineWriterTest, SurvivesAFullDisk) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  LineWriter writer(full, DescriptorOwnership::owned, as_they_are);
  writer.write("no space left\n");
  while (writer.dropped() == 0) std::this_thread::yield();
  EXPECT_EQ(writer.dropped(), 1U);
}

TEST_F(LineWriterTest, SurvivesADescriptorThatIsClosed) {
  LineWriter writer(-1, DescriptorOwnership::borrowed, as_they_are, 1000);
  writer.write("a\n");  // waits in the buffer, until the writer gives up at its end
  writer.write(std::string(2000, 'x') + "\n");
  EXPECT_EQ(writer.dropped(), 1U);
}

}  // namespace
}  // namespace hawkcache::observe
