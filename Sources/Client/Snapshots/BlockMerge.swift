/// An index that at least one of two snapshots holds, with the token of each that does.
package struct BlockPair: Hashable, Sendable {
    package var index: Int
    package var left: ListedBlock?
    package var right: ListedBlock?
}

/// Two listings by ascending index, side by side as one.
package struct BlockMerge<Left: AsyncSequence & Sendable, Right: AsyncSequence & Sendable>: AsyncSequence, Sendable
where Left.Element == ListedBlock, Right.Element == ListedBlock {
    let left: Left
    let right: Right

    package init(_ left: Left, _ right: Right) {
        self.left = left
        self.right = right
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        private var left: Left.AsyncIterator
        private var right: Right.AsyncIterator
        private var nextLeft: ListedBlock?
        private var nextRight: ListedBlock?
        private var started = false

        init(left: Left.AsyncIterator, right: Right.AsyncIterator) {
            self.left = left
            self.right = right
        }

        package mutating func next() async throws -> BlockPair? {
            if !started {
                started = true
                nextLeft = try await left.next()
                nextRight = try await right.next()
            }
            guard let index = [nextLeft, nextRight].compactMap(\.?.index).min() else { return nil }
            var pair = BlockPair(index: index)
            if let block = nextLeft, block.index == index {
                pair.left = block
                nextLeft = try await left.next()
            }
            if let block = nextRight, block.index == index {
                pair.right = block
                nextRight = try await right.next()
            }
            return pair
        }
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(left: left.makeAsyncIterator(), right: right.makeAsyncIterator())
    }
}
