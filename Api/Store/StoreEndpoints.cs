using Platform.Api.Store.Carts;
using Platform.Api.Store.Inventory;
using Platform.Api.Store.Products;
using Platform.Api.Store.Reviews;

namespace Platform.Api.Store;

/// <summary>The store: what it sells, what is in stock, what readers say of it, what they mean to buy.</summary>
internal static class StoreEndpoints
{
    internal static void MapStore(this RouteGroupBuilder api)
    {
        api.MapProducts();
        api.MapStock();
        api.MapReviews();
        api.MapCarts();
    }
}
