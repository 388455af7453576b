namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>A <see cref="Sequence{T}"/> that has forgotten its type, so that <c>T</c> itself can hold one.</summary>
public readonly struct Sequence
{
    private readonly Array? _array;
    private readonly int _offset;
    private readonly int _length;

    internal Sequence(Array? array, int offset, int length)
    {
        _array = array;
        _offset = offset;
        _length = length;
    }

    /// <summary>How many elements.</summary>
    public long Length => _length;

    /// <summary>Remembers the type.</summary>
    /// <exception cref="InvalidCastException">It is another one.</exception>
    public Sequence<T> Cast<T>() => new((T[]?)_array, _offset, _length);
}

/// <summary>Elements that an <see cref="Arena{T}"/> gave, valid until its next reset.</summary>
public readonly struct Sequence<T>
{
    private readonly T[]? _array;
    private readonly int _offset;
    private readonly int _length;

    internal Sequence(T[]? array, int offset, int length)
    {
        _array = array;
        _offset = offset;
        _length = length;
    }

    /// <summary>How many elements.</summary>
    public long Length => _length;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>True: an arena gives one piece.</summary>
    public bool IsSingleSegment => true;

    /// <summary>The elements.</summary>
    public Span<T> FirstSpan => new(_array, _offset, _length);

    /// <summary>The elements, piece by piece.</summary>
    public SpanEnumerable Spans => new(this);

    /// <summary>One element.</summary>
    /// <exception cref="IndexOutOfRangeException"><paramref name="index"/> is outside the sequence.</exception>
    public ref T this[int index] => ref FirstSpan[index];

    /// <summary>Forgets the type.</summary>
    public Sequence Untyped() => new(_array, _offset, _length);

    /// <summary>Starts before the first element.</summary>
    public Enumerator GetEnumerator() => new(FirstSpan);

    /// <summary>Walks over the elements of a sequence.</summary>
    public ref struct Enumerator
    {
        private readonly Span<T> _elements;
        private int _index;

        internal Enumerator(Span<T> elements)
        {
            _elements = elements;
            _index = -1;
        }

        /// <summary>The element that <see cref="MoveNext"/> went to.</summary>
        public readonly ref T Current => ref _elements[_index];

        /// <summary>Goes to the next element.</summary>
        /// <returns>False when there is none.</returns>
        public bool MoveNext() => ++_index < _elements.Length;

        /// <summary>Goes to the next element and gives it.</summary>
        /// <exception cref="IndexOutOfRangeException">There is none.</exception>
        public ref T GetNext() => ref _elements[++_index];
    }

    /// <summary>The pieces of a sequence.</summary>
    public readonly ref struct SpanEnumerable
    {
        private readonly Sequence<T> _sequence;

        internal SpanEnumerable(Sequence<T> sequence) => _sequence = sequence;

        /// <summary>Starts before the first piece.</summary>
        public SpanEnumerator GetEnumerator() => new(_sequence.FirstSpan);
    }

    /// <summary>Walks over the pieces of a sequence.</summary>
    public ref struct SpanEnumerator
    {
        private bool _moved;

        internal SpanEnumerator(Span<T> piece) => Current = piece;

        /// <summary>The piece that <see cref="MoveNext"/> went to.</summary>
        public Span<T> Current { get; }

        /// <summary>Goes to the next piece.</summary>
        /// <returns>False when there is none.</returns>
        public bool MoveNext() => !_moved && (_moved = true);
    }
}
