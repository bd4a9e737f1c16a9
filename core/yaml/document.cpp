#include "core/yaml/document.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <istream>

#include "core/yaml/arena.hpp"
#include "core/yaml/builder.hpp"
#include "core/yaml/source_check.hpp"
#include "core/yaml/syntax_error.hpp"

namespace pipectl::yaml {

struct Document::Arena {
  NodeArena nodes;
  const Node::Data* root{nullptr};
};

Document::Document(std::unique_ptr<Arena> arena) : arena_(std::move(arena)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Node Document::root() const noexcept { return Node(*arena_->root); }

std::string_view describe(Kind kind) noexcept {
  switch (kind) {
    case Kind::scalar:
      return "text";
    case Kind::sequence:
      return "a list";
    case Kind::mapping:
      return "a mapping";
    case Kind::null:
      break;
  }
  return "nothing";
}

std::optional<Node> Node::find(std::string_view key) const noexcept {
  for (const auto& entry : entries())
    if (entry.key.text() == key) return entry.value;
  return std::nullopt;
}

std::optional<Document> Document::parse(const SourceFile& source, Diagnostics& diagnostics) {
  const auto text = readable_text(source, diagnostics);
  if (!text) return std::nullopt;
  auto arena = std::make_unique<Arena>();
  Builder builder(source, *text, arena->nodes, diagnostics);
  MemoryBuffer buffer(*text, builder);
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) {
      builder.expect_end();
      parser.HandleNextDocument(builder);
    }
  } catch (const Refused&) {
    return std::nullopt;  // the builder has said why
  } catch (const YAML::Exception& error) {
    report_syntax_error(error, builder, diagnostics);
    return std::nullopt;
  }
  arena->root = builder.root();
  if (arena->root == nullptr) {
    diagnostics.error({&source, 0, 0, 1}, "the file is empty");
    return std::nullopt;
  }
  return Document(std::move(arena));
}

}  // namespace pipectl::yaml
