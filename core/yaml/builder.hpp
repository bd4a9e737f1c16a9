#pragma once

#include <yaml-cpp/eventhandler.h>

#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "core/yaml/arena.hpp"
#include "core/yaml/positions.hpp"

namespace pipectl::yaml {

/// Thrown through the parser to end it; the reason is already a diagnostic.
struct Refused {};

/// Makes a tree of nodes from the parser's events.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const SourceFile& source, std::string_view text, NodeArena& arena,
          Diagnostics& diagnostics);

  /// From here on every document is one too many.
  void expect_end() noexcept { ended_ = true; }
  [[nodiscard]] const Node::Data* root() const noexcept { return root_; }
  [[nodiscard]] const Positions& positions() const noexcept { return positions_; }
  /// Where the list or mapping begins that was being read last; null when none was.
  [[nodiscard]] const Node::Data* innermost() const noexcept {
    return frames_.empty() ? nullptr : frames_.back().node;
  }
  [[nodiscard]] const std::vector<std::string>& anchors() const noexcept { return anchor_names_; }
  /// Called with every piece that the parser reads ahead. Its scanner keeps tokens until it knows
  /// what an open bracket is, so that a file of brackets alone would cost gigabytes.
  void about_to_read(std::string_view piece);

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override;

 private:
  struct Frame {
    Node::Data* node;
    std::size_t first;  ///< index in pending_
  };

  Node::Data* make(const YAML::Mark& mark, Kind kind, YAML::anchor_t anchor);
  void add(Node::Data* node);
  void open(const YAML::Mark& mark, Kind kind, YAML::anchor_t anchor);
  void close(Frame frame);
  void check_collection_tag(const YAML::Mark& mark, const std::string& tag);
  void drop_bad_keys(std::size_t first);
  void resolve_merges(std::size_t first);
  void merge(const Node::Data& from, std::size_t first);
  [[nodiscard]] bool has_key(std::size_t first, std::string_view key) const;
  [[noreturn]] void refuse(Span where, std::string message, std::string hint = {});

  Positions positions_;
  NodeArena& arena_;
  Diagnostics& diagnostics_;
  std::vector<Frame> frames_;
  std::vector<const Node::Data*> pending_;
  std::vector<Node::Data*> anchors_;
  std::vector<std::string> anchor_names_;
  const Node::Data* root_{nullptr};
  std::size_t merged_{0};
  std::ptrdiff_t open_brackets_{0};  ///< read since the last event
  bool ended_{false};
};

/// The text as a stream, without a copy.
class MemoryBuffer final : public std::streambuf {
 public:
  MemoryBuffer(std::string_view text, Builder& builder);

 protected:
  std::streamsize xsgetn(char* to, std::streamsize count) override;

 private:
  Builder& builder_;
};

}  // namespace pipectl::yaml
