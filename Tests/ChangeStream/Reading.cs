using System.Threading.Channels;
using Platform.ChangeStream;
using Platform.Tests.Support;

namespace Platform.Tests.ChangeStream;

/// <summary>A reader and its consumer, who confirms when it is told to.</summary>
internal sealed class Reading : IAsyncDisposable
{
    private readonly ChangeStreamReader _reader;
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    // The consumer takes one at a time, as if each took it long: the reader waits meanwhile.
    private readonly Channel<ChangeBatch> _batches = Channel.CreateBounded<ChangeBatch>(1);
    private readonly Task _reading;
    private bool _isDisposed;

    public Reading(ChangeStreamReader reader)
    {
        _reader = reader;
        _reading = ReadAsync();
    }

    public ChangeStreamStatus Status => _reader.Status;

    /// <summary>Waits until it has the slot; fails when the reader has failed.</summary>
    public Task ActiveAsync() => Eventually.HoldsAsync(async () =>
    {
        if (_reading.IsCompleted)
        {
            await _reading;
        }

        return _reader.Status.IsActive;
    }, "the reader has the slot");

    /// <summary>The next batch; fails when the reader has failed.</summary>
    public async Task<ChangeBatch> NextAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        // A snapshot begins when every transaction of the server that is open has ended: those of other tests, too.
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        var next = _batches.Reader.ReadAsync(patience.Token).AsTask();
        if (await Task.WhenAny(next, _reading) == _reading)
        {
            await _reading;
        }

        return await next;
    }

    /// <summary>The next batch, confirmed.</summary>
    public async Task<ChangeBatch> TakeAsync()
    {
        var batch = await NextAsync();
        await ConfirmAsync(batch);
        return batch;
    }

    public ValueTask ConfirmAsync(ChangeBatch batch) => _reader.ConfirmAsync(batch, TestContext.Current.CancellationToken);

    /// <summary>How the reader ended.</summary>
    public Task EndAsync() => _reading;

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        // Its end is told to whoever asks for a batch.
        await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await StopAsync();
            await _reader.DisposeAsync();
            _stopping.Dispose();
        }
    }

    private async Task ReadAsync()
    {
        await foreach (var batch in _reader.ReadAsync(_stopping.Token))
        {
            await _batches.Writer.WriteAsync(batch, _stopping.Token);
        }
    }
}
