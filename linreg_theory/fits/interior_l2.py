def central_path(*a):
    return []
