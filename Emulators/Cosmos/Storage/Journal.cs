using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Platform.Emulators.Cosmos.Storage;

/// <summary>
/// An append-only file of records, each with its length and CRC-32 (RFC 1952). What is added at the same time goes to
/// the disk by one flush. A record is whole or, after a crash, the torn end of the file, which is cut off.
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    private const int HeaderBytes = 8;
    private readonly FileStream _file;
    private readonly Lock _adding = new();
    private readonly SemaphoreSlim _added = new(0);
    private readonly Task _writing;
    private ArrayBufferWriter<byte> _buffer = new();
    private TaskCompletionSource _flush = NewFlush();
    private bool _isClosed;

    /// <param name="path">The file; made when it is not there, gone on with when it is.</param>
    internal Journal(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _file.Seek(0, SeekOrigin.End);
        Length = _file.Length;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Its length in bytes, with what is on the way.</summary>
    internal long Length { get; private set; }

    /// <summary>Completes once everything added so far is on the disk; fails when it cannot be written.</summary>
    internal Task Durable
    {
        get
        {
            lock (_adding)
            {
                return _buffer.WrittenCount == 0 ? _last : _flush.Task;
            }
        }
    }

    private Task _last = Task.CompletedTask;

    /// <summary>Adds a record.</summary>
    /// <returns>Completes once it is on the disk.</returns>
    internal Task Add(ReadOnlySpan<byte> record)
    {
        lock (_adding)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            Write(_buffer, record);
            Length += HeaderBytes + record.Length;
            if (_buffer.WrittenCount == HeaderBytes + record.Length)
                _added.Release();
            return _flush.Task;
        }
    }

    /// <summary>The records of a file, in order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isLast">Whether its end may be torn: then it is cut off there.</param>
    /// <exception cref="InvalidDataException">A record is damaged, and others follow it.</exception>
    internal static IEnumerable<byte[]> Read(string path, bool isLast)
    {
        long good = 0;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan))
        {
            var header = new byte[HeaderBytes];
            while (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(header);
                if (length < 0 || length > file.Length - file.Position)
                    break;
                var record = new byte[length];
                file.ReadExactly(record);
                if (Crc32.HashToUInt32(record) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)))
                    break;
                good = file.Position;
                yield return record;
            }

            if (good < file.Length && !isLast)
                throw new InvalidDataException($"{path} is damaged at byte {good}: restore it from a copy, or remove the folder to start anew.");
        }

        using var end = new FileStream(path, FileMode.Open, FileAccess.Write);
        if (good < end.Length)
            end.SetLength(good);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        lock (_adding)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _added.Release();
        }

        await _writing;
        await _file.DisposeAsync();
        _added.Dispose();
    }

    internal static void Write(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> record)
    {
        var header = buffer.GetSpan(HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header, record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32.HashToUInt32(record));
        buffer.Advance(HeaderBytes);
        buffer.Write(record);
    }

    private async Task WriteAsync()
    {
        var spare = new ArrayBufferWriter<byte>();
        while (true)
        {
            await _added.WaitAsync();
            TaskCompletionSource flush;
            bool isClosed;
            lock (_adding)
            {
                (spare, _buffer, flush, isClosed) = (_buffer, spare, _flush, _isClosed);
                (_last, _flush) = (flush.Task, NewFlush());
            }

            try
            {
                _file.Write(spare.WrittenSpan);
                _file.Flush(flushToDisk: true);
                flush.SetResult();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What memory has and the disk has not cannot be told apart any more.
                flush.SetException(e);
                Environment.FailFast($"The journal cannot be written: {e.Message}", e);
            }

            spare.ResetWrittenCount();
            if (isClosed)
                return;
        }
    }

    private static TaskCompletionSource NewFlush() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
