#include "core/yaml/builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/yaml/scalar_extent.hpp"

namespace pipectl::yaml {
namespace {

constexpr std::size_t deepest = 100;
constexpr std::uint32_t most_nodes = 1'000'000;
constexpr std::ptrdiff_t most_open_brackets = 10'000;

constexpr std::string_view nesting_message = "nested deeper than 100 levels";

}  // namespace

Builder::Builder(const SourceFile& source, std::string_view text, NodeArena& arena,
                 Diagnostics& diagnostics)
    : positions_(source, text), arena_(arena), diagnostics_(diagnostics) {}

void Builder::refuse(Span where, std::string message, std::string hint) {
  diagnostics_.error(where, std::move(message), std::move(hint));
  throw Refused{};
}

void Builder::about_to_read(std::string_view piece) {
  for (const char c : piece) {
    if (c == '[' || c == '{') ++open_brackets_;
    if (c == ']' || c == '}') --open_brackets_;
  }
  if (open_brackets_ > most_open_brackets)
    refuse({&positions_.source(), 0, 0, 1}, std::string(nesting_message));
}

void Builder::OnDocumentStart(const YAML::Mark& mark) {
  if (!ended_) return;
  if (positions_.rest(mark).starts_with("---"))
    refuse(positions_.span(mark, 3), "the file holds more than one YAML document",
           "keep one pipeline in one file; `include` brings in others");
  refuse(positions_.span(mark), "this does not belong to what stands above it",
         "check the indentation");
}

Node::Data* Builder::make(const YAML::Mark& mark, Kind kind, YAML::anchor_t anchor) {
  open_brackets_ = 0;
  Node::Data* const node = arena_.make();
  const Span where = positions_.span(mark);
  node->file = where.file;
  node->line = where.line;
  node->column = where.column;
  node->kind = kind;
  if (anchor != YAML::NullAnchor) {
    if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
    anchors_[anchor] = node;
  }
  return node;
}

void Builder::add(Node::Data* node) {
  if (frames_.empty()) {
    root_ = node;
    return;
  }
  Node::Data& parent = *frames_.back().node;
  parent.weight += node->weight;
  parent.height = std::max(parent.height, static_cast<std::uint8_t>(node->height + 1));
  if (parent.weight > most_nodes)
    refuse({node->file, node->line, node->column, 1},
           "aliases make this file larger than 1,000,000 nodes");
  if (frames_.size() + node->height > deepest)
    refuse({node->file, node->line, node->column, 1}, std::string(nesting_message));
  pending_.push_back(node);
}

void Builder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  add(make(mark, Kind::null, anchor));
}

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (anchor >= anchors_.size() || anchors_[anchor] == nullptr)
    refuse(positions_.span(mark), "this alias names nothing");
  const Node::Data& target = *anchors_[anchor];
  const auto rest = positions_.rest(mark);
  const std::size_t length = std::min(rest.find_first_of(" \t\r\n,]}:"), rest.size());
  if (target.open)
    refuse(positions_.span(mark, length), "an alias must not stand inside of what it names");
  Node::Data* const node = make(mark, target.kind, YAML::NullAnchor);
  const Span own{node->file, node->line, node->column, static_cast<std::uint32_t>(length)};
  *node = target;
  node->line = own.line;
  node->column = own.column;
  node->length = own.length;
  add(node);
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       const std::string& value) {
  Node::Data* const node = make(mark, Kind::scalar, anchor);
  const ScalarExtent extent = scalar_extent(positions_.rest(mark), value);
  node->length = extent.length;
  if (!extent.closed)
    refuse(positions_.span(mark), "the quotes are not closed", "end the text with the same quote");
  if (value.find('\0') != std::string::npos)
    diagnostics_.error(positions_.span(mark, extent.length), "text must not hold a NUL character");
  node->quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
  const bool known = node->quoted || tag == "?" || tag == "tag:yaml.org,2002:int" ||
                     tag == "tag:yaml.org,2002:float" || tag == "tag:yaml.org,2002:bool" ||
                     tag == "tag:yaml.org,2002:null";
  if (!known)
    diagnostics_.error(positions_.span(mark, extent.length),
                       fmt::format("the tag '{}' is not supported", tag), "write plain YAML");
  node->size = static_cast<std::uint32_t>(value.size());
  node->text = extent.verbatim != nullptr ? extent.verbatim : arena_.copy(value);
  add(node);
}

void Builder::check_collection_tag(const YAML::Mark& mark, const std::string& tag) {
  if (tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:map" || tag == "tag:yaml.org,2002:seq")
    return;
  diagnostics_.error(positions_.span(mark), fmt::format("the tag '{}' is not supported", tag),
                     "write plain YAML");
}

void Builder::open(const YAML::Mark& mark, Kind kind, YAML::anchor_t anchor) {
  Node::Data* const node = make(mark, kind, anchor);
  node->open = true;
  if (frames_.size() >= deepest) refuse(positions_.span(mark), std::string(nesting_message));
  frames_.push_back({node, pending_.size()});
}

void Builder::close(Frame frame) {
  const std::span<const Node::Data* const> children(pending_.data() + frame.first,
                                                    pending_.size() - frame.first);
  frame.node->size = static_cast<std::uint32_t>(children.size());
  frame.node->children = arena_.copy(children);
  frame.node->open = false;
  pending_.resize(frame.first);
  frames_.pop_back();
  add(frame.node);
}

void Builder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                              YAML::EmitterStyle::value) {
  check_collection_tag(mark, tag);
  open(mark, Kind::sequence, anchor);
}

void Builder::OnSequenceEnd() { close(frames_.back()); }

void Builder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) {
  check_collection_tag(mark, tag);
  open(mark, Kind::mapping, anchor);
}

void Builder::OnMapEnd() {
  const Frame frame = frames_.back();
  drop_bad_keys(frame.first);
  resolve_merges(frame.first);
  close(frame);
}

void Builder::OnAnchor(const YAML::Mark&, const std::string& name) {
  anchor_names_.push_back(name);
}

}  // namespace pipectl::yaml
